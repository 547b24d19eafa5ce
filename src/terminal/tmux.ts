import { execFile } from 'node:child_process'

export interface TmuxState {
  /** The places of one pane: a window can be linked to several sessions. */
  panes: TmuxPane[]
  clients: TmuxClient[]
}

export interface TmuxPane {
  /** `%3` */
  id: string
  session: string
  /** The window is its session's current one. */
  inFront: boolean
  /** The pane is the window's active one, too. */
  shown: boolean
}

export interface TmuxClient {
  tty: string
  pid: number
  session: string
  /** Seconds since 1970. */
  activity: number
  /** `attached,focused,UTF-8`; empty before tmux 3.3. */
  flags: string[]
  /** The server asks its clients' terminals to report their focus. */
  focusEvents: boolean
  /** When ntfy requested it, in seconds since 1970. */
  askedAt?: number
  /** Its TERM. */
  term: string
  /** Its terminal's answer to XTVERSION. */
  version: string
}

const paneFormat = 'pane|#{pane_tty}|#{session_id}|#{window_active}#{pane_active}|#{pane_id}'
/** A user option of the server: `PID:SECONDS` of each client whose terminal was requested to report its focus. */
const askedOption = '@ntfy_focus'
const clientFormat = [
  'client|#{client_tty}|#{session_id}|#{client_pid}|#{client_activity}|#{client_control_mode}',
  `#{client_flags}|#{focus-events}|#{${askedOption}}|#{client_termname}|#{client_termtype}`,
].join('|')

/** Where a pane is thought to be: a shell's terminal and TMUX, and the server that is its ancestor. */
export interface PaneReference {
  tty: string
  tmux: string | undefined
  server: number
}

/** Notes in tmux when each of its clients' terminals was requested to report its focus. */
export async function noteAsked(pane: PaneReference, clients: TmuxClient[], signal: AbortSignal): Promise<void> {
  const notes = clients.flatMap(({ pid, askedAt }) => (askedAt === undefined ? [] : `${pid}:${askedAt}`))
  await run(['-S', socketOf(pane), 'set-option', '-s', askedOption, notes.join(' ')], signal)
}

/**
 * Makes a pane the one that is shown.
 *
 * @param client the terminal that is to show it, if none shows its session
 */
export async function selectPane(
  reference: PaneReference,
  { id, session }: TmuxPane,
  client: TmuxClient | undefined,
  signal: AbortSignal,
): Promise<void> {
  const args = ['-S', socketOf(reference), 'select-window', '-t', id, ';', 'select-pane', '-t', id]
  if (client !== undefined) args.push(';', 'switch-client', '-c', client.tty, '-t', session)
  await run(args, signal)
}

/** Has a client show a line in its status line, and keeps it there for as long as tmux's display-time says. */
export async function displayMessage(pane: PaneReference, client: string, text: string, signal: AbortSignal) {
  await run(['-S', socketOf(pane), 'display-message', '-c', client, literal(text)], signal)
}

/** The same for the next client that attaches to a session; a later text of the same pane takes the place of this one. */
export async function displayOnAttach(
  pane: PaneReference,
  { id, session }: TmuxPane,
  text: string,
  signal: AbortSignal,
) {
  // An array option: other hooks of that name stay. The index is the pane's own, far from those that people use.
  const hook = `client-attached[${7000 + Number(id.slice(1))}]`
  // tmux parses the command a second time; a quote cannot be escaped within quotes there.
  const show = `display-message '${literal(text).replaceAll("'", '’')}' ; set-hook -u -t '${session}' '${hook}'`
  await run(['-S', socketOf(pane), 'set-hook', '-t', session, hook, show], signal)
}

/** display-message expands formats, `#(command)` among them, and conversions of strftime. */
function literal(text: string): string {
  return text.replaceAll('#', '##').replaceAll('%', '%%')
}

/**
 * What tmux knows of a pane, with one start of tmux.
 *
 * @returns nothing if tmux does not know that pane: a leaked TMUX
 */
export async function askTmux(pane: PaneReference, signal: AbortSignal): Promise<TmuxState | undefined> {
  const args = ['list-panes', '-a', '-F', paneFormat, ';', 'list-clients', '-F', clientFormat]
  const rows = (await run(['-S', socketOf(pane), ...args], signal)).split('\n').map((row) => row.split('|'))
  const panes = rows
    .filter(([kind, tty]) => kind === 'pane' && tty === pane.tty)
    .map(([, , session = '', active = '', id = '']) => ({
      id,
      session,
      inFront: active.startsWith('1'),
      shown: active === '11',
    }))
  if (panes.length === 0) return undefined
  return { panes, clients: rows.filter(([kind]) => kind === 'client').flatMap(clientOf) }
}

/** A client in control mode is a program that speaks tmux's protocol (iTerm2): its tty is no screen to write to. */
function clientOf(row: string[]): TmuxClient[] {
  const [
    ,
    tty,
    session = '',
    pid,
    activity,
    controlMode,
    flags = '',
    focusEvents,
    asked = '',
    term = '',
    version = '',
  ] = row
  if (!tty || controlMode === '1') return []
  const askedAt = new RegExp(`(?:^| )${Number(pid)}:(\\d+)`).exec(asked)?.[1]
  return [
    {
      tty,
      pid: Number(pid),
      session,
      activity: Number(activity),
      flags: flags.split(',').filter(Boolean),
      focusEvents: focusEvents === '1' || focusEvents === 'on',
      ...(askedAt !== undefined && { askedAt: Number(askedAt) }),
      term,
      version,
    },
  ]
}

/** TMUX is `SOCKET,SERVER,SESSION`; sudo takes it away. */
function socketOf({ tmux, server }: { tmux: string | undefined; server: number }): string {
  const [, socket, pid] = /^(.*),(\d+),\d+$/.exec(tmux ?? '') ?? []
  if (socket !== undefined && Number(pid) === server) return socket
  return `${process.env['TMUX_TMPDIR'] ?? '/tmp'}/tmux-${process.getuid?.() ?? 0}/default`
}

function run(args: string[], signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    execFile('tmux', args, { signal, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024 }, (_, stdout) => resolve(stdout))
  })
}
