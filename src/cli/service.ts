import { realpathSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError, configOf, fileOf } from './context.ts';

/** `easel service`: a systemd unit for this installation, to be read before it is used. */
export function service(program: Command): void {
  program
    .command('service')
    .description('print a systemd unit that runs the server with few rights')
    .option('--user <name>', 'who it runs as; made by systemd where that is `dynamic`', 'easel')
    .action((_options, command: Command) => {
      const options = command.optsWithGlobals<{ user: string; data?: string; config?: string }>();
      const { path } = fileOf(options) ?? {};
      const data = resolve(configOf(options).data);
      if (options.user === 'dynamic' && stateOf(data) === undefined) {
        throw new CliError(`--data: '${data}' is not possible; a dynamic user keeps its data below /var/lib`, 2);
      }
      process.stdout.write(unit({ user: options.user, data, ...(path !== undefined && { config: resolve(path) }) }));
    });
}

interface Unit {
  readonly user: string;
  readonly data: string;
  readonly config?: string;
}

/** Node itself, not npm: signals reach it, and nothing stands between it and systemd. */
function unit({ user, data, config }: Unit): string {
  const main = realpathSync(process.argv[1]!);
  const arguments_ = ['serve', '--data', quoted(data), ...(config ? ['--config', quoted(config)] : [])];
  const dynamic = user === 'dynamic';
  const state = stateOf(data);
  const homes = [data, main, process.execPath, config ?? ''].some((path) => /^\/(home|root)\//.test(path));
  return [
    '# Save as /etc/systemd/system/easel.service, then: systemctl daemon-reload && systemctl enable --now easel',
    ...(dynamic ? [] : [`# First: ${firstOf(user, data, state)}`]),
    `# Commands beside it need its folder: easel user list --data ${quoted(data)}`,
    '# Secrets (EASEL_SMARTHOST, EASEL_STORE) go into /etc/easel.env, readable by root alone: NAME=value, one a line.',
    '[Unit]',
    'Description=Easel, an Exchange ActiveSync server',
    'After=network-online.target',
    'Wants=network-online.target',
    '',
    '[Service]',
    `ExecStart=${quoted(process.execPath)} ${quoted(main)} ${arguments_.join(' ')}`,
    'ExecReload=/bin/kill -HUP $MAINPID',
    'EnvironmentFile=-/etc/easel.env',
    `WorkingDirectory=${dirname(dirname(main))}`,
    ...(dynamic ? ['DynamicUser=yes'] : [`User=${user}`, `Group=${user}`]),
    'Environment=NODE_ENV=production UV_THREADPOOL_SIZE=8',
    'Restart=on-failure',
    'RestartSec=2',
    '# A mistake in what is configured does not go away by itself.',
    'RestartPreventExitStatus=2',
    'TimeoutStopSec=15',
    '# A phone that waits holds a connection: thousands of files are open.',
    'LimitNOFILE=200000',
    'UMask=0077',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    ...(state === undefined
      ? [`ReadWritePaths=${quoted(data)}`]
      : [`StateDirectory=${quoted(state)}`, 'StateDirectoryMode=0700']),
    `ProtectHome=${homes ? 'read-only' : 'yes'}`,
    'PrivateTmp=yes',
    'PrivateDevices=yes',
    'PrivateMounts=yes',
    'RemoveIPC=yes',
    'ProtectProc=invisible',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelLogs=yes',
    'ProtectControlGroups=yes',
    'ProtectClock=yes',
    'ProtectHostname=yes',
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictSUIDSGID=yes',
    'LockPersonality=yes',
    'SystemCallArchitectures=native',
    'SystemCallFilter=@system-service',
    'SystemCallFilter=~@privileged @resources',
    'SystemCallErrorNumber=EPERM',
    '# To listen on ports below 1024 (443, 25) as this user:',
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

/** Below /var/lib systemd makes the folder itself, for whom the service runs as. */
function stateOf(data: string): string | undefined {
  const below = relative('/var/lib', data);
  return below === '' || below.startsWith('..') ? undefined : below;
}

function firstOf(user: string, data: string, state: string | undefined): string {
  const account = `useradd --system --user-group --home-dir ${quoted(data)} --no-create-home ${user}`;
  return state === undefined ? `${account} && install -d -m 700 -o ${user} -g ${user} ${quoted(data)}` : account;
}

function quoted(text: string): string {
  return /^[\w./:@+-]+$/.test(text)
    ? text
    : `"${text.replaceAll(/["\\$%]/g, (c) => (c === '%' ? '%%' : c === '$' ? '$$' : `\\${c}`))}"`;
}
