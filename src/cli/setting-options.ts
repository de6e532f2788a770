import type { Command } from 'commander';
import { type Setting, type SettingName, settings } from '../config/settings.ts';

/** Adds an option for each setting that has one; `--data` is every command's. Its value is kept under the setting's name. */
export function settingOptions(command: Command): void {
  for (const [name, setting] of Object.entries(settings) as [SettingName, Setting][]) {
    if (setting.option === undefined || name === 'data') continue;
    const initial = setting.default === undefined ? '' : `, default ${setting.default}`;
    command.option(`--${setting.option} <${setting.placeholder}>`, `${setting.help} (${setting.env}${initial})`);
  }
}
