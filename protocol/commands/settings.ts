import { rightsManagementTemplates } from '../classes/rights-management.ts';
import { settings as page } from '../pages/index.ts';
import {
  boolean,
  container,
  dateTime,
  flag,
  int,
  many,
  one,
  optional,
  type ReadOf,
  since,
  text,
  until,
  type WrittenOf,
} from '../schema/index.ts';

/** [MS-ASCMD] 2.2.3.45 DeviceInformation of a request; Provision carries it from 14.1 on. Empty text clears. */
export const deviceInformation = container(
  page.DeviceInformation,
  one(
    container(
      page.Set,
      optional(page.Model, text),
      optional(page.IMEI, text),
      optional(page.FriendlyName, text),
      optional(page.OS, text),
      optional(page.OSLanguage, text),
      optional(page.PhoneNumber, text),
      optional(page.UserAgent, text),
      since('14.0', optional(page.EnableOutboundSMS, boolean)),
      since('14.0', optional(page.MobileOperator, text)),
    ),
  ),
);
export const deviceInformationAnswer = container(page.DeviceInformation, one(page.Status, int));

const oofMessage = container(
  page.OofMessage,
  flag(page.AppliesToInternal),
  flag(page.AppliesToExternalKnown),
  flag(page.AppliesToExternalUnknown),
  optional(page.Enabled, boolean),
  optional(page.ReplyMessage, text),
  optional(page.BodyType, text),
);
const oofState = [
  optional(page.OofState, int),
  optional(page.StartTime, dateTime),
  optional(page.EndTime, dateTime),
  many(oofMessage),
] as const;

const emailAddresses = container(
  page.EmailAddresses,
  many(page.SMTPAddress, text),
  since('14.1', optional(page.PrimarySmtpAddress, text)),
);
const account = container(
  page.Account,
  optional(page.AccountId, text),
  optional(page.AccountName, text),
  optional(page.UserDisplayName, text),
  optional(page.SendDisabled, boolean),
  optional(emailAddresses),
);

const request = container(
  page.Settings,
  since('14.1', optional(container(page.RightsManagementInformation, flag(page.Get)))),
  optional(
    container(
      page.Oof,
      optional(container(page.Get, optional(page.BodyType, text))),
      optional(container(page.Set, ...oofState)),
    ),
  ),
  optional(container(page.DevicePassword, one(container(page.Set, one(page.Password, text))))),
  optional(deviceInformation),
  optional(container(page.UserInformation, flag(page.Get))),
);

const response = container(
  page.Settings,
  one(page.Status, int),
  optional(container(page.Oof, one(page.Status, int), optional(container(page.Get, ...oofState)))),
  optional(deviceInformationAnswer),
  optional(container(page.DevicePassword, one(page.Status, int))),
  optional(
    container(
      page.UserInformation,
      one(page.Status, int),
      optional(
        container(
          page.Get,
          until('14.0', optional(emailAddresses)),
          since('14.1', optional(container(page.Accounts, many(account)))),
        ),
      ),
    ),
  ),
  since(
    '14.1',
    optional(
      container(
        page.RightsManagementInformation,
        one(page.Status, int),
        optional(container(page.Get, one(rightsManagementTemplates))),
      ),
    ),
  ),
);

/** [MS-ASCMD] 2.2.1.18 Settings. */
export const settings = { request, response };
export type SettingsRequest = ReadOf<typeof request>;
export type SettingsResponse = WrittenOf<typeof response>;
export type DeviceInformation = ReadOf<typeof deviceInformation>['Set'];
