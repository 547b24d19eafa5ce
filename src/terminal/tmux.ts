import { execFile } from 'node:child_process'

export interface TmuxState {
  /** The places of one pane: a window can be linked to several sessions. */
  panes: { session: string; shown: boolean }[]
  clients: TmuxClient[]
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
  /** Its TERM. */
  term: string
  /** Its terminal's answer to XTVERSION. */
  version: string
}

const paneFormat = 'pane|#{pane_tty}|#{session_id}|#{window_active}#{pane_active}'
const clientFormat = [
  'client|#{client_tty}|#{session_id}|#{client_pid}|#{client_activity}|#{client_control_mode}',
  '#{client_flags}|#{focus-events}|#{client_termname}|#{client_termtype}',
].join('|')

/**
 * What tmux knows of a pane, with one start of tmux.
 *
 * @param pane where it is thought to be: a shell's terminal and TMUX, and the server that is its ancestor
 * @returns nothing if tmux does not know that pane: a leaked TMUX
 */
export async function askTmux(
  pane: { tty: string; tmux: string | undefined; server: number },
  signal: AbortSignal,
): Promise<TmuxState | undefined> {
  const args = ['-S', socketOf(pane), 'list-panes', '-a', '-F', paneFormat, ';', 'list-clients', '-F', clientFormat]
  const rows = (await run(args, signal)).split('\n').map((row) => row.split('|'))
  const panes = rows
    .filter(([kind, tty]) => kind === 'pane' && tty === pane.tty)
    .map(([, , session = '', active]) => ({ session, shown: active === '11' }))
  if (panes.length === 0) return undefined
  return { panes, clients: rows.filter(([kind]) => kind === 'client').flatMap(clientOf) }
}

/** A client in control mode is a program that speaks tmux's protocol (iTerm2): its tty is no screen to write to. */
function clientOf(row: string[]): TmuxClient[] {
  const [, tty, session = '', pid, activity, controlMode, flags = '', focusEvents, term = '', version = ''] = row
  if (!tty || controlMode === '1') return []
  return [
    {
      tty,
      pid: Number(pid),
      session,
      activity: Number(activity),
      flags: flags.split(',').filter(Boolean),
      focusEvents: focusEvents === '1' || focusEvents === 'on',
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
