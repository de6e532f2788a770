import { rightsManagement } from '../pages/index.ts';
import { boolean, container, dateTime, many, one, optional, text } from '../schema/index.ts';

/** [MS-ASRM] 2.2.2.14 RightsManagementLicense. */
export const rightsManagementLicense = container(
  rightsManagement.RightsManagementLicense,
  optional(rightsManagement.Owner, boolean),
  optional(rightsManagement.ReplyAllAllowed, boolean),
  optional(rightsManagement.EditAllowed, boolean),
  optional(rightsManagement.ReplyAllowed, boolean),
  optional(rightsManagement.ForwardAllowed, boolean),
  optional(rightsManagement.ExportAllowed, boolean),
  optional(rightsManagement.ModifyRecipientsAllowed, boolean),
  optional(rightsManagement.ExtractAllowed, boolean),
  optional(rightsManagement.PrintAllowed, boolean),
  optional(rightsManagement.ProgrammaticAccessAllowed, boolean),
  optional(rightsManagement.ContentOwner, text),
  optional(rightsManagement.ContentExpiryDate, dateTime),
  optional(rightsManagement.TemplateID, text),
  optional(rightsManagement.TemplateName, text),
  optional(rightsManagement.TemplateDescription, text),
);

/** [MS-ASRM] 2.2.2.17 RightsManagementTemplates. */
export const rightsManagementTemplates = container(
  rightsManagement.RightsManagementTemplates,
  many(
    container(
      rightsManagement.RightsManagementTemplate,
      one(rightsManagement.TemplateID, text),
      one(rightsManagement.TemplateName, text),
      one(rightsManagement.TemplateDescription, text),
    ),
  ),
);
