import type { Backend } from '../backends/contract/backend.ts'
import { type Command, type Flag, type Flags, globalFlags } from '../cli/command.ts'

/** What the page says besides the declarations. */
export interface ManualParts {
  version: string
  commands: Command[]
  backends: Backend[]
}

/** The manual page ntfy(1), for man (man 7 man). There are packages that make one of Markdown, none of declarations. */
export function manual({ version, commands, backends }: ManualParts): string {
  const shown = commands.filter(({ hidden }) => !hidden)
  return [
    `.TH NTFY 1 "" "ntfy ${roff(version)}" "User Commands"`,
    section('NAME', 'ntfy \\- tells you when a command is done'),
    section('SYNOPSIS', synopsis),
    section('DESCRIPTION', description),
    section('OPTIONS', '.PP\nThey may stand in front of every command and behind it.', ordered, flagList(globalFlags)),
    section('COMMANDS', ...shown.map(commandPart)),
    section('BACKENDS', '.PP\nntfy backends NAME shows every option of one.', ...backends.map(backendPart)),
    section('CONFIGURATION', configuration),
    section('ENVIRONMENT', ...Object.entries(environment).map(([name, text]) => entry(roff(name), roff(text)))),
    section('FILES', ...Object.entries(files).map(([name, text]) => entry(`\\fI${roff(name)}\\fR`, roff(text)))),
    section('EXIT STATUS', ...Object.entries(exitStatus).map(([code, text]) => entry(code, roff(text)))),
    section('EXAMPLES', ...Object.entries(examples).map(([text, line]) => `.TP\n.B ${roff(line)}\n${roff(text)}`)),
  ].join('')
}

const synopsis = `.nf
.B eval \\(dq$(ntfy shell\\-integration)\\(dq
.B ntfy done \\fR[\\fIOPTIONS\\fR] [\\-\\-] \\fICOMMAND\\fR...
.B ntfy done \\-\\-pid \\fIPID\\fR...
.B ntfy send \\fR[\\fIMESSAGE\\fR...]
.B ntfy \\fICOMMAND\\fR [\\fIOPTIONS\\fR]
.fi`

const description = paragraphs(
  'ntfy tells you when a command is done. It hooks into bash, zsh and fish so that you need not remember it, it wraps a single command, it watches a process, and it sends a message: to the desktop, through the terminal, or to a service.',
  'Nothing is lost: a notification is on disk before the first byte goes to the network, and leaves the disk when the service took it. ntfy queue shows what is left, ntfy why tells why something was or was not sent, and ntfy doctor what to do about it.',
)

const ordered = [
  entry(
    '\\fB\\-b\\fR, \\fB\\-\\-backend\\fR \\fINAME\\fR',
    'the backend or target to use instead of the default; may be given several times',
  ),
  entry(
    '\\fB\\-o\\fR, \\fB\\-\\-option\\fR \\fIKEY VALUE\\fR',
    'an option of the \\-b before it, or before any \\-b of all',
  ),
].join('')

const configuration = paragraphs(
  'YAML or JSON. backends names the targets that are used by default; a section is a target: a backend with its options, and rules (when, quiet, limit, dedupe, fallback, escalate, show_command). ntfy config check names every mistake with its line, ntfy config schema prints a JSON Schema for editors, and ntfy setup asks and writes.',
  'A secret may be a text, {env: NAME}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}. A configuration that others can change may name no programs, modules or files. What ntfy keeps (the outbox, the log) is in $XDG_STATE_HOME/ntfy, else ~/.local/state/ntfy; root keeps it in its own home wherever HOME is that of another user.',
)

const environment: Record<string, string> = {
  NTFY_CONFIG: 'the configuration file',
  NTFY_BACKENDS: 'the targets to use by default, with commas',
  NTFY_LONGER_THAN: 'seconds from which on the hooks tell about a command',
  NTFY: 'off: no notifications from the hooks of this shell, or of one command (NTFY=off make)',
  NTFY_FOREGROUND_TOO: 'the hooks tell also while somebody looks at the terminal',
  'AUTO_NTFY_DONE_IGNORE, AUTO_NTFY_DONE_OPTS, AUTO_NTFY_DONE_LONGER_THAN, AUTO_NTFY_DONE_UNFOCUSED_ONLY':
    'settings of dschep/ntfy, which keep their meaning',
  'https_proxy, http_proxy, all_proxy, no_proxy': 'the proxy for services',
}

const files: Record<string, string> = {
  '~/.config/ntfy/ntfy.yml': 'the configuration; else ~/.ntfy.yml, else ntfy/ntfy.yml in XDG_CONFIG_DIRS',
  '~/.local/state/ntfy/outbox': 'what is not delivered yet; failed/ in it what never will be',
  '~/.local/state/ntfy/log': 'what was delivered',
  '~/.local/state/ntfy/journal': 'what ntfy why tells of',
}

const exitStatus: Record<string, string> = {
  0: 'delivered, or safely queued',
  64: 'wrong usage',
  69: 'a service refused the message for good',
  70: 'a mistake of ntfy',
  74: 'the output could not be written',
  75: 'not deliverable now, and not kept',
  78: 'the configuration is wrong, or a secret cannot be had',
  other:
    "of done: the command's own, 127 not found, 126 not executable; after a signal ntfy ends by it, too; 1 for 0 if its output could not be passed on (-o on a full disk)",
}

const examples: Record<string, string> = {
  'Be told about every command that takes ten seconds and that nobody looks at.': 'eval "$(ntfy shell-integration)"',
  'Run a command and be told when it ends.': 'ntfy done make -j4',
  'Only if it fails, with its last lines.': 'ntfy done --on failure --tail 20 make',
  'When a process ends.': 'ntfy done --pid 1234',
  'Send a message to one target.': 'ntfy -b phone send "the tea is ready"',
}

function commandPart({ name, words, summary, flags }: Command): string {
  const head = `.SS ntfy ${roff(name)} ${roff(words)}`.trimEnd()
  return `${head}\n${roff(summary)}\n${flagList(flags)}`
}

function flagList(flags: Flags): string {
  return Object.entries(flags)
    .filter(([, flag]) => !flag.hidden)
    .map(([name, flag]) => entry(flagHead(name, flag), roff(flag.description)))
    .join('')
}

function flagHead(name: string, { short, value }: Flag): string {
  const long = `\\fB\\-\\-${roff(name)}\\fR`
  const head = short === undefined ? long : `\\fB\\-${short}\\fR, ${long}`
  return value === undefined ? head : `${head} \\fI${roff(value)}\\fR`
}

function backendPart({ name, title, aliases }: Backend): string {
  const also = aliases?.length ? ` (also ${aliases.join(', ')})` : ''
  return entry(`\\fB${roff(name)}\\fR`, roff(`${title}${also}`))
}

function section(title: string, ...parts: string[]): string {
  return `\n.SH ${title}\n${parts.map((part) => part.trimEnd()).join('\n')}`
}

function entry(head: string, text: string): string {
  return `.TP\n${head}\n${text}\n`
}

function paragraphs(...texts: string[]): string {
  return texts.map((text) => `.PP\n${roff(text)}`).join('\n')
}

/** Text that roff shows as it is: a hyphen that can be copied as the minus of an option, no line that is a request. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/"/g, '\\(dq')
    .replace(/^([.'])/gm, '\\&$1')
}
