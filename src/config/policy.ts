import { Ajv, type ErrorObject } from 'ajv';
import { openDocument, type Policy } from '../domain/policy.ts';

/** Of the settings that are numbers: the least, the most, and the code that means none of them ([MS-ASPROV] 2.2.2 Elements). */
const ranges: Readonly<Record<string, readonly [least: number, most: number]>> = {
  MinDevicePasswordLength: [1, 16],
  MaxInactivityTimeDeviceLock: [0, 2_147_483_647],
  MaxDevicePasswordFailedAttempts: [4, 16],
  MaxAttachmentSize: [0, 2_147_483_647],
  DevicePasswordExpiration: [0, 730],
  DevicePasswordHistory: [0, 50],
  MinDevicePasswordComplexCharacters: [1, 4],
  AllowBluetooth: [0, 2],
  MaxEmailAgeFilter: [0, 5],
  MaxEmailBodyTruncationSize: [-1, 2_147_483_647],
  MaxEmailHTMLBodyTruncationSize: [-1, 2_147_483_647],
  RequireSignedSMIMEAlgorithm: [0, 1],
  RequireEncryptionSMIMEAlgorithm: [0, 4],
  AllowSMIMEEncryptionAlgorithmNegotiation: [0, 2],
};
/** Codes of which some are left out (MS-ASPROV_R245). */
const codes: Readonly<Record<string, readonly number[]>> = { MaxCalendarAgeFilter: [0, 4, 5, 6, 7] };
/** What stands in the lists of applications. */
const lists: Readonly<Record<string, string>> = {
  UnapprovedInROMApplicationList: 'ApplicationName',
  ApprovedApplicationList: 'Hash',
};

function schemaOf(name: string, usual: unknown): object {
  if (typeof usual === 'boolean') return { type: 'boolean' };
  if (lists[name]) return { type: 'array', items: { type: 'string', minLength: 1 }, maxItems: 1000 };
  if (codes[name]) return { enum: codes[name] };
  const [minimum, maximum] = ranges[name]!;
  return { type: 'integer', minimum, maximum };
}

const validate = new Ajv().compile<Given>({
  type: 'object',
  additionalProperties: false,
  properties: {
    enforce: { type: 'boolean' },
    refreshHours: { type: 'number', exclusiveMinimum: 0, maximum: 8760 },
    allowNonProvisionable: { type: 'boolean' },
    ...Object.fromEntries(Object.entries(openDocument).map(([name, usual]) => [name, schemaOf(name, usual)])),
  },
});
interface Given {
  readonly enforce?: boolean;
  readonly refreshHours?: number;
  readonly allowNonProvisionable?: boolean;
  readonly [setting: string]: unknown;
}

/** JSON: how strict, and whatever of the document differs from the open one. A text says what is wrong with it. */
export function parsePolicy(text: string): Policy | string {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (!validate(given)) return problem(validate.errors![0]!);
  const { enforce = false, refreshHours, allowNonProvisionable = true, ...settings } = given;
  const written = Object.entries(settings).map(([name, value]) => {
    const list = lists[name];
    return [name, list ? { [list]: value } : value];
  });
  return {
    document: { ...openDocument, ...Object.fromEntries(written) },
    enforce,
    allowNonProvisionable,
    ...(refreshHours !== undefined && { refresh: refreshHours * 3_600_000 }),
  };
}

function problem({ instancePath, message, params }: ErrorObject): string {
  const name = instancePath.slice(1) || String(params.additionalProperty ?? '');
  return `${name} ${message ?? 'is wrong'}`.trim();
}
