import { order, type SettingsRequest, type SettingsResponse, settings } from '../../protocol/index.ts';
import { EasError } from '../domain/errors.ts';
import { type Context, defineCommand } from './define.ts';
import { saveDeviceInformation } from './device-information.ts';
import { answerOof } from './oof.ts';

/** Property Status of what this server does not do ([MS-ASCMD] 2.2.3.177.15 Status (Settings)): access denied. */
const denied = 3;
const noRightsManagement = 168;

/** [MS-ASCMD] 2.2.1.18 Settings: DeviceInformation and UserInformation; the other properties are denied each by itself. */
export const settingsCommand = defineCommand({
  name: 'Settings',
  ...settings,
  body: 'required',
  handle: async (context, request): Promise<SettingsResponse> => {
    if (order(settings.request, request!).length === 0) throw new EasError('invalid-request', 'no property');
    return { Status: 1, ...(await answer(context, request!)) };
  },
});

async function answer(context: Context, request: SettingsRequest): Promise<Omit<SettingsResponse, 'Status'>> {
  if (request.DeviceInformation) await saveDeviceInformation(context, request.DeviceInformation.Set);
  return {
    Oof: request.Oof && (await answerOof(context, request.Oof)),
    DeviceInformation: request.DeviceInformation && { Status: 1 },
    DevicePassword: request.DevicePassword && { Status: denied },
    UserInformation: request.UserInformation && { Status: 1, Get: await userInformation(context) },
    RightsManagementInformation: request.RightsManagementInformation && {
      Status: noRightsManagement,
      Get: { RightsManagementTemplates: {} },
    },
  };
}

/** [MS-ASCMD] 2.2.3.192 UserInformation: the primary account has no AccountId. */
async function userInformation(context: Context) {
  const { address, aliases, displayName } = await context.read((reader) => reader.account());
  const SMTPAddress = [address, ...aliases];
  return {
    EmailAddresses: { SMTPAddress },
    Accounts: {
      Account: [{ UserDisplayName: displayName, EmailAddresses: { SMTPAddress, PrimarySmtpAddress: address } }],
    },
  };
}
