import { order, pages, type SettingsRequest, type SettingsResponse, settings } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import { EasError } from '../domain/errors.ts';
import { type Context, defineCommand } from './define.ts';
import { updateDevice } from './device.ts';
import { saveDeviceInformation } from './device-information.ts';
import { answerOof } from './oof.ts';

/** [MS-ASCMD] 2.2.3.177.15 Status (Settings), of a property. */
const status = { done: 1, invalid: 5, deniedByPolicy: 7 } as const;
const longestPassword = 255;
const noRightsManagement = 168;

const { Oof, DeviceInformation, DevicePassword, UserInformation, RightsManagementInformation } = pages.settings;
const tags = { Oof, DeviceInformation, DevicePassword, UserInformation, RightsManagementInformation };

/** [MS-ASCMD] 2.2.1.18 Settings: each property is answered by itself. */
export const settingsCommand = defineCommand({
  name: 'Settings',
  ...settings,
  body: 'required',
  handle: async (context, request): Promise<SettingsResponse> => {
    if (order(settings.request, request!).length === 0) throw new EasError('invalid-request', 'no property');
    return { Status: 1, ...(await answer(context, request!)) };
  },
  // MS-ASCMD_R480: what was asked first is answered first.
  arrange: (answer, request) => {
    const asked = order(settings.request, request).map((key) => tags[key as keyof typeof tags].code);
    const place = ({ tag }: Element): number => asked.indexOf(tag);
    return { ...answer, children: [...answer.children].sort((a, b) => place(a) - place(b)) };
  },
});

async function answer(context: Context, request: SettingsRequest): Promise<Omit<SettingsResponse, 'Status'>> {
  if (request.DeviceInformation) await saveDeviceInformation(context, request.DeviceInformation.Set);
  return {
    Oof: request.Oof && (await answerOof(context, request.Oof)),
    DeviceInformation: request.DeviceInformation && { Status: 1 },
    DevicePassword: request.DevicePassword && {
      Status: await savePassword(context, request.DevicePassword.Set.Password),
    },
    UserInformation: request.UserInformation && { Status: 1, Get: await userInformation(context) },
    RightsManagementInformation: request.RightsManagementInformation && {
      Status: noRightsManagement,
      Get: { RightsManagementTemplates: {} },
    },
  };
}

/** Kept sealed, for the administrator alone; empty clears. */
async function savePassword(context: Context, text: string): Promise<number> {
  if (!context.policy.document.PasswordRecoveryEnabled) return status.deniedByPolicy;
  if (text.length > longestPassword) return status.invalid;
  const sealed = text === '' ? {} : { password: context.sealer.seal(text) };
  await updateDevice(context, ({ password: _, ...device }) => ({ ...device, ...sealed }));
  return status.done;
}

/** [MS-ASCMD] 2.2.3.192 UserInformation: addresses alone; an AccountId the primary account has not, and no names (R5901, R5915). */
async function userInformation(context: Context) {
  const { address, aliases } = await context.read((reader) => reader.account());
  const SMTPAddress = [address, ...aliases];
  return {
    EmailAddresses: { SMTPAddress },
    Accounts: { Account: [{ EmailAddresses: { SMTPAddress, PrimarySmtpAddress: address } }] },
  };
}
