import { type SettingName, settings } from './settings.ts';

/** What stands in a configuration file, and where it lies. */
export interface FileValues {
  readonly path: string;
  readonly values: unknown;
}

/** Its settings as text: lists joined with commas, objects as JSON. A text says what is wrong with it. */
export function fileTexts({ path, values }: FileValues): Partial<Record<SettingName, string>> | string {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    return `${path}: it must hold one JSON object, as { "domain": "example.test" }`;
  }
  const texts: Partial<Record<SettingName, string>> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(settings, name)) {
      return `${path}: there is no setting '${name}'; allowed: ${Object.keys(settings).join(', ')}`;
    }
    if (value !== null) texts[name as SettingName] = textOf(value);
  }
  return texts;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
