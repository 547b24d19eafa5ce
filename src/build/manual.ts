import type { Backend } from '../backends/contract/backend.ts'
import { type Command, type Flag, type Flags, globalFlags } from '../cli/command.ts'
import { entry, page, paragraphs, roff, section, subsection } from './roff.ts'

/** What the page says besides the declarations. */
export interface ManualParts {
  version: string
  /** The date of that version, ISO 8601. */
  date: string
  commands: Command[]
  backends: Backend[]
}

/** The manual page ntfy(1), for man (man 7 man). There are packages that make one of Markdown, none of declarations. */
export function manual({ version, date, commands, backends }: ManualParts): string {
  const shown = commands.filter(({ hidden }) => !hidden)
  return page(
    { name: 'ntfy', section: 1, date, version, volume: 'User Commands' },
    section('NAME', 'ntfy \\- notify when a command is done'),
    section('SYNOPSIS', synopsis),
    section('DESCRIPTION', description),
    section(
      'OPTIONS',
      paragraphs('These work with every command, before and after its name.'),
      ordered,
      flagList(globalFlags),
    ),
    section('COMMANDS', ...shown.map(commandPart)),
    section(
      'BACKENDS',
      paragraphs('ntfy backends NAME and ntfy.yml(5) list the options of each.'),
      ...backends.map(backendPart),
    ),
    section('CONFIGURATION', configuration),
    section('ENVIRONMENT', ...Object.entries(environment).map(([name, text]) => entry(roff(name), text))),
    section('FILES', ...Object.entries(files).map(([name, text]) => entry(`\\fI${roff(name)}\\fR`, text))),
    section('EXIT STATUS', ...Object.entries(exitStatus).map(([code, text]) => entry(code, text))),
    section('EXAMPLES', ...Object.entries(examples).map(([text, line]) => entry(`.B ${roff(line)}`, text))),
    section('SEE ALSO', seeAlso),
  )
}

const synopsis = `.nf
.B eval \\(dq$(ntfy shell\\-integration)\\(dq
.B ntfy done \\fR[\\fIOPTIONS\\fR] [\\-\\-] \\fICOMMAND\\fR...
.B ntfy done \\-\\-pid \\fIPID\\fR...
.B ntfy send \\fR[\\fIMESSAGE\\fR...]
.B ntfy \\fICOMMAND\\fR [\\fIOPTIONS\\fR]
.fi`

const description = paragraphs(
  'ntfy notifies you when a command is done. It hooks into bash, zsh, fish, nushell, elvish, xonsh and PowerShell, so every long command notifies by itself; it wraps a single command, watches a running process, and sends messages: to the desktop, through the terminal, or to a service.',
  'No notification is lost: it is on disk before the first byte goes to the network, and is removed once the service has accepted it. ntfy queue lists what is left, ntfy why explains why something was or was not sent, and ntfy doctor finds what is wrong and how to fix it.',
)

const ordered = [
  entry(
    '\\fB\\-b\\fR, \\fB\\-\\-backend\\fR \\fINAME\\fR',
    'use this backend or target instead of the default (repeatable)',
  ),
  entry(
    '\\fB\\-o\\fR, \\fB\\-\\-option\\fR \\fIKEY VALUE\\fR',
    'set an option of the preceding -b, or of all targets before any -b',
  ),
].join('')

const configuration = paragraphs(
  'None is required. ntfy setup asks for what a backend needs, tests it and writes the configuration; ntfy config check lists every problem with its line, and ntfy config schema prints a JSON Schema for editors. See ntfy.yml(5).',
  "State (the outbox, the log) is kept in $XDG_STATE_HOME/ntfy, by default ~/.local/state/ntfy. If HOME belongs to another user, root keeps its state in root's own home.",
)

const formerSetting = 'a setting of dschep/ntfy, with the same meaning'

const environment: Record<string, string> = {
  NTFY_CONFIG: 'the configuration file',
  NTFY_BACKENDS: 'the targets to use by default, separated by commas',
  NTFY_LONGER_THAN: 'the threshold of the hooks in seconds',
  NTFY: 'off: no notifications from the hooks of this shell, or for one command (NTFY=off make)',
  NTFY_FOREGROUND_TOO: 'the hooks notify even while you are looking at the terminal',
  NTFY_PRIVATE:
    'what the hooks do with commands that the history does not keep: hide (notify without their text) or drop',
  NTFY_BACKGROUND: '1: the hooks notify of the ends of jobs started with &, too, at the next prompt at the latest',
  AUTO_NTFY_DONE_IGNORE: 'programs that never notify from the hooks, instead of the built-in list',
  AUTO_NTFY_DONE_OPTS: 'options of ntfy for the notifications of the hooks',
  AUTO_NTFY_DONE_LONGER_THAN: formerSetting,
  AUTO_NTFY_DONE_UNFOCUSED_ONLY: formerSetting,
  'NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE': 'whether output has colors; --color overrides them',
  NTFY_TRACE: '1: ntfy send prints on stderr how long each of its phases took',
  'https_proxy, http_proxy, all_proxy, no_proxy': 'the proxy for services: http:// or socks5h://',
}

const files: Record<string, string> = {
  '~/.config/ntfy/ntfy.yml': 'the configuration; ntfy config path lists the other places',
  '~/.local/state/ntfy/outbox': 'undelivered notifications; those that failed for good are in failed/',
  '~/.local/state/ntfy/log': 'what was delivered',
  '~/.cache/ntfy': 'what makes ntfy start faster ($XDG_CACHE_HOME); it may be removed at any time',
  '~/.local/state/ntfy/journal': 'what was decided about recent commands, for ntfy why',
}

const exitStatus: Record<string, string> = {
  0: 'delivered, or safely queued',
  64: 'wrong usage',
  69: 'permanently refused by a service',
  70: 'a bug in ntfy',
  74: 'the output could not be written',
  75: 'not deliverable now, and not queued',
  78: 'wrong configuration, or a secret is unavailable',
  other:
    'ntfy done: the exit status of the command, 127 if it was not found, 126 if it is not executable; after a signal, ntfy ends by the same signal; 1 instead of 0 if the output could not be passed on (-o on a full disk)',
}

const examples: Record<string, string> = {
  'Notify of every command that takes ten seconds or more, unless you are looking.': 'eval "$(ntfy shell-integration)"',
  'Run a command and notify when it ends.': 'ntfy done make -j4',
  'Only if it fails, with the last lines of its output.': 'ntfy done --on failure --tail 20 make',
  'When a running process ends.': 'ntfy done --pid 1234',
  'Send a message to one target.': 'ntfy -b phone send "the tea is ready"',
}

const seeAlso = `.BR ntfy.yml (5),
.BR notify\\-send (1),
.BR systemd.timer (5)`

function commandPart({ name, words, summary, flags }: Command): string {
  return subsection(`ntfy ${roff(name)} ${roff(words)}`.trimEnd(), roff(summary), flagList(flags))
}

function flagList(flags: Flags): string {
  return Object.entries(flags)
    .filter(([, flag]) => !flag.hidden)
    .map(([name, flag]) => entry(flagHead(name, flag), flag.description))
    .join('')
}

function flagHead(name: string, { short, value }: Flag): string {
  const long = `\\fB\\-\\-${roff(name)}\\fR`
  const head = short === undefined ? long : `\\fB\\-${short}\\fR, ${long}`
  return value === undefined ? head : `${head} \\fI${roff(value)}\\fR`
}

function backendPart({ name, title, aliases }: Backend): string {
  const also = aliases?.length ? ` (also ${aliases.join(', ')})` : ''
  return entry(`\\fB${roff(name)}\\fR`, `${title}${also}`)
}
