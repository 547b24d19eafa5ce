import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { which } from './programs.ts'
import { openRunFolder } from './run-folder.ts'

/** What the tests run, and the Debian package that has it. */
const packages: Record<string, string> = {
  zsh: 'zsh',
  fish: 'fish',
  elvish: 'elvish',
  tmux: 'tmux',
  'dbus-daemon': 'dbus',
  'dbus-monitor': 'dbus',
  dunst: 'dunst',
  Xvfb: 'xvfb',
  openbox: 'openbox',
  xdotool: 'xdotool',
  xterm: 'xterm',
  xprop: 'x11-utils',
  kitty: 'kitty',
  alacritty: 'alacritty',
  'xfce4-terminal': 'xfce4-terminal',
  konsole: 'konsole',
  sway: 'sway',
  foot: 'foot',
  sshd: 'openssh-server',
  ssh: 'openssh-client',
  script: 'bsdutils',
  xset: 'x11-xserver-utils',
  '/usr/lib/python3/dist-packages/dbus': 'python3-dbus',
  '/usr/lib/python3/dist-packages/gi': 'python3-gi',
  screen: 'screen',
  shellcheck: 'shellcheck',
  strace: 'strace',
  'notify-send': 'libnotify-bin',
  busybox: 'busybox',
  python3: 'python3',
  ensurepip: 'python3-venv',
  ps: 'procps',
  curl: 'curl',
  openssl: 'openssl',
  faketime: 'faketime',
  mandoc: 'mandoc',
  mount: 'mount',
  umount: 'mount',
  apprise: 'apprise',
  'espeak-ng': 'espeak-ng',
  postfix: 'postfix',
  dovecot: 'dovecot-core',
  tinyproxy: 'tinyproxy-bin',
  microsocks: 'microsocks',
  mosquitto: 'mosquitto',
  mosquitto_sub: 'mosquitto-clients',
  prosody: 'prosody',
  rsyslogd: 'rsyslog',
  '/usr/share/doc/rsyslog-gnutls': 'rsyslog-gnutls',
}

/**
 * Runs once before all tests. As root on Debian it installs the programs that are missing; elsewhere it names them,
 * and the tests that need them are skipped by name. What a test leaves behind fails the run.
 */
export default function setup(): () => Promise<void> {
  // It costs every start of Node 20 some 40 ms, and no test needs it.
  delete process.env['NODE_EXTRA_CA_CERTS']
  const missing = Object.keys(packages).filter((program) => !isThere(program))
  if (missing.length > 0) provide(missing)
  const close = openRunFolder()
  return () =>
    close().catch((error: Error) => {
      // vitest prints what a teardown throws and exits with 0 all the same.
      console.error(error.message)
      process.exitCode = 1
    })
}

function provide(missing: string[]): void {
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version') && which('apt-get')) install(missing)
  const still = missing.filter((program) => !isThere(program))
  if (still.length > 0) console.warn(`missing programs, their tests are skipped: ${still.join(', ')}`)
}

/** On Debian python3 comes without the module that makes virtual environments. */
function isThere(program: string): boolean {
  if (program !== 'ensurepip') return which(program) !== undefined
  return spawnSync('python3', ['-c', 'import ensurepip'], { stdio: 'ignore' }).status === 0
}

function install(programs: string[]): void {
  const wanted = [...new Set(programs.map((program) => packages[program] ?? program))]
  console.log(`installing ${wanted.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', ...wanted],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    if (status !== 0) console.warn(`apt-get ${args[0]}: ${stderr.trim().split('\n').at(-1)}`)
  }
}
