import type { Command } from 'commander';
import { type Chosen, explainConfig } from '../config/config.ts';
import { fileOf } from './context.ts';
import { settingOptions } from './setting-options.ts';

/** `easel config`: every setting, what holds of it and who says so; secrets as ***. */
export function config(program: Command): void {
  const command = program.command('config').description('every setting: what holds, who says so, what is allowed');
  settingOptions(command);
  command.action((_options, self: Command) => {
    const options = self.optsWithGlobals();
    for (const chosen of explainConfig(options, process.env, fileOf(options))) {
      process.stdout.write(described(chosen));
    }
  });
}

function described({ name, setting, text, source }: Chosen): string {
  const shown = text === undefined ? '' : setting.conceal ? setting.conceal(text) : text;
  const ways = setting.option ? `--${setting.option}, ${setting.env}` : setting.env;
  return `${name} = ${shown}\t(${source})\n  ${setting.help}\n  ${ways}: ${setting.allowed}\n`;
}
