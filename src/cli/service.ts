import { realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { configOf, fileOf } from './context.ts';

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
  const account = user === 'dynamic' ? ['DynamicUser=yes'] : [`User=${user}`, `Group=${user}`];
  return [
    '# Save as /etc/systemd/system/easel.service, then: systemctl daemon-reload && systemctl enable --now easel',
    ...(user === 'dynamic'
      ? []
      : [`# First: useradd --system --home-dir ${data} ${user} && install -d -m 700 -o ${user} ${data}`]),
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
    ...account,
    'Environment=NODE_ENV=production UV_THREADPOOL_SIZE=8',
    'Restart=on-failure',
    'RestartSec=2',
    'TimeoutStopSec=15',
    '# A phone that waits holds a connection: thousands of files are open.',
    'LimitNOFILE=200000',
    'UMask=0077',
    'NoNewPrivileges=yes',
    'ProtectSystem=strict',
    `ReadWritePaths=${data}`,
    `ProtectHome=${data.startsWith(userInfo().homedir) || data.startsWith('/home') || data.startsWith('/root') ? 'no' : 'yes'}`,
    'PrivateTmp=yes',
    'PrivateDevices=yes',
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
    '# To listen on ports below 1024 (443, 25) as this user:',
    'AmbientCapabilities=CAP_NET_BIND_SERVICE',
    'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return /^[\w./:@+-]+$/.test(text)
    ? text
    : `"${text.replaceAll(/["\\$%]/g, (c) => (c === '%' ? '%%' : c === '$' ? '$$' : `\\${c}`))}"`;
}
