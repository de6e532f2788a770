// Which policy a device has taken, and whether that will do.
import { createHash } from 'node:crypto';
import {
  type EasProvisionDoc,
  easProvisionDoc,
  encodeToBuffer,
  rank,
  type Version,
  write,
} from '../../protocol/index.ts';
import type { Device } from '../domain/device.ts';
import type { Policy } from '../domain/policy.ts';

const hashes = new WeakMap<Policy, Map<Version, string>>();

/** Of the document as this version carries it: what a version cannot say never sends its devices round. */
export function policyHash(policy: Policy, version: Version): string {
  const known = hashes.get(policy) ?? new Map<Version, string>();
  hashes.set(policy, known);
  const hash = known.get(version) ?? hashOf(policy, version);
  known.set(version, hash);
  return hash;
}

function hashOf({ document }: Policy, version: Version): string {
  const content = policyContent(document, version);
  const said = typeof content === 'string' ? content : encodeToBuffer(write(easProvisionDoc, content, { version }));
  return createHash('sha256').update(said).digest('base64url');
}

/** Statuses of a device that has to provision first ([MS-ASCMD] 2.2.2 Common Status Codes). */
const legacyDevice = 141;
const notProvisioned = 142;
const refreshDue = 143;
const keyWrong = 144;

/** A device that fetches the policy so often goes in circles. */
const circle = { rounds: 3, within: 10 * 60_000 };

/** With this round, the last ones that count. */
export function roundsWith(before: readonly number[] = [], now: number): readonly number[] {
  return [...before, now].filter((at) => now - at < circle.within).slice(-circle.rounds);
}
export function isInCircles(rounds: readonly number[] = [], now: number): boolean {
  return rounds.filter((at) => now - at < circle.within).length >= circle.rounds;
}

export interface PolicyFacts {
  readonly policy: Policy;
  readonly version: Version;
  /** As the request names it; '0': none. */
  readonly key: string | undefined;
  readonly neverProvisions: boolean;
  readonly now: number;
}

/** The Status of a device that has not taken the policy; undefined: it may go on. */
export function policyStatus(device: Device | undefined, facts: PolicyFacts): number | undefined {
  const { policy, version, key, neverProvisions, now } = facts;
  if (!policy.enforce) return isAnothers(device, key, now) ? keyWrong : undefined;
  if (neverProvisions) return policy.allowNonProvisionable ? undefined : legacyDevice;
  const taken = device?.policyKey;
  if (policy.allowNonProvisionable && isInCircles(taken?.rounds, now)) return undefined;
  if (taken?.current === undefined || key === undefined || key === '0') return notProvisioned;
  if (key !== taken.current || taken.hash !== policyHash(policy, version)) return keyWrong;
  const old = policy.refresh !== undefined && now - (taken.at ?? 0) >= policy.refresh;
  return old ? refreshDue : undefined;
}

/** MS-ASPROV_R537: a key that this device was never given, also where nobody has to take the policy. */
function isAnothers(device: Device | undefined, key: string | undefined, now: number): boolean {
  const taken = device?.policyKey;
  if (taken?.current === undefined || key === undefined || key === '0') return false;
  return key !== taken.current && key !== taken.temporary && !isInCircles(taken.rounds, now);
}

/** What a version is given: before 12.0 a text instead of the document. */
export function policyContent(document: EasProvisionDoc, version: Version): EasProvisionDoc | string {
  return rank(version) < rank('12.0') ? wapDocument(document) : document;
}

const rules = String.raw`HKLM\Comm\Security\Policy\LASSD`;

/** 4131 says whether no PIN is needed, the registry what it must be like. */
function wapDocument(document: EasProvisionDoc): string {
  const locked = document.DevicePasswordEnabled === true;
  const minutes = Math.ceil(Number(document.MaxInactivityTimeDeviceLock || 0) / 60);
  const registry = [
    characteristic(String.raw`${rules}\AE\{50C13377-C66D-400C-889E-C316FC4AB374}`, {
      AEFrequencyType: minutes > 0 ? 1 : 0,
      AEFrequencyValue: minutes,
    }),
    characteristic(rules, { DeviceWipeThreshold: Number(document.MaxDevicePasswordFailedAttempts || -1) }),
    characteristic(String.raw`${rules}\LAP\lap_pw`, {
      MinimumPasswordLength: Number(document.MinDevicePasswordLength || 1),
      PasswordComplexity: document.AlphanumericDevicePasswordRequired ? 0 : 2,
    }),
  ].join('');
  const pin = characteristic('SecurityPolicy', { 4131: locked ? 0 : 1, 4133: locked ? 0 : 1 });
  return `<wap-provisioningdoc>${pin}${locked ? nested('Registry', registry) : ''}</wap-provisioningdoc>`;
}

function characteristic(type: string, parameters: Readonly<Record<string, number>>): string {
  const all = Object.entries(parameters).map(([name, value]) => `<parm name="${name}" value="${value}"/>`);
  return nested(type, all.join(''));
}
function nested(type: string, inner: string): string {
  return `<characteristic type="${type}">${inner}</characteristic>`;
}
