// The programs of others that the tests compare Easel with (test/oracle): installs from Debian what is missing, as root and
// where there is apt-get; else says so, and those tests skip themselves. Does nothing when all are there.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const packages = {
  wbxml2xml: 'libwbxml2-utils',
  xml2wbxml: 'libwbxml2-utils',
  xmllint: 'libxml2-utils',
  dateutil: 'python3-dateutil',
};
/** Those that are no program of their own: what tells that they are there. */
const asked = { dateutil: ['python3', '-c', 'import dateutil, zoneinfo'] };

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function isThere(name) {
  const [program, ...words] = asked[name] ?? [];
  return program ? spawnSync(program, words, { stdio: 'ignore' }).status === 0 : isOnPath(name);
}

function apt(...words) {
  const { status } = spawnSync('apt-get', ['-y', '-q', ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

const missing = Object.keys(packages).filter((name) => !isThere(name));
const wanted = [...new Set(missing.map((program) => packages[program]))];
if (wanted.length > 0) {
  const may = process.getuid?.() === 0 && isOnPath('apt-get');
  const install = () => apt('install', '--no-install-recommends', ...wanted);
  if (!may || !(install() || (apt('update') && install()))) {
    console.error(
      `${missing.join(', ')} absent and not installable (${wanted.join(', ')}): tests that need them are skipped`,
    );
  }
}
