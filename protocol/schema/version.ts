/** The protocol versions, oldest first. */
export const versions = ['2.5', '12.0', '12.1', '14.0', '14.1', '16.0', '16.1'] as const;
export type Version = (typeof versions)[number];

export const newestVersion: Version = '16.1';

export function isVersion(text: string): text is Version {
  return (versions as readonly string[]).includes(text);
}

/** Position in the line of versions, for comparing. */
export function rank(version: Version): number {
  return versions.indexOf(version);
}
