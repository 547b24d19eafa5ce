import type { TerminalReference } from '../notification/index.ts'
import { PermanentError } from '../platform/errors.ts'
import { environmentOf } from './environment.ts'
import { type Kind, kindByTerm, kindByVersion, kinds, unknownKind } from './kinds.ts'
import { lineage, type Relative } from './lineage.ts'
import { isAttached, screenClients } from './screen.ts'
import { askTmux, type PaneReference, type TmuxClient, type TmuxPane, type TmuxState } from './tmux.ts'

/** Where the escape sequences for somebody at a terminal go. */
export interface Place {
  /** The terminal that understands them: for a pane of tmux the one in which tmux is shown. */
  tty: string
  kind: Kind
  /** The person sits at another machine: the desktop of this one is not theirs. */
  remote: boolean
  /** They must be wrapped so that screen hands them on. */
  through?: 'screen'
  /** The pane of tmux that the terminal is, and the client that shows it. */
  tmux?: { pane: PaneReference; client: string }
}

/** Nobody looks at a session of tmux now; whoever attaches to it can be shown what happened. */
export class DetachedTmux extends PermanentError {
  readonly reference: PaneReference
  readonly panes: TmuxPane[]

  constructor(reference: PaneReference, panes: TmuxPane[]) {
    super('the tmux session is detached')
    this.reference = reference
    this.panes = panes
  }
}

/** A terminal and a process in it. */
interface View {
  tty: string
  pid: number | undefined
  /** Its TERM, where that is known better than from the process. */
  term?: string
}

/** What is in the way to somebody's eyes: the nearest program among the ancestors of which something is known. */
export interface Host {
  kind: Kind
  pid: number
  /** What it started, of which the process in question is a descendant: its environment is the host's work. */
  child: number
}

/**
 * Finds the terminal that shows what is written to another, through tmux, screen and ssh.
 *
 * @throws PermanentError there is none: no terminal was given, it can only show text, or its session is detached
 */
export async function findPlace(terminal: TerminalReference | undefined, signal: AbortSignal): Promise<Place> {
  if (terminal?.tty === undefined) throw new PermanentError('no terminal')
  return findFrom({ tty: terminal.tty, pid: terminal.shellPid }, signal, 0)
}

/** The nearest known ancestor of a process, or the process itself. */
async function hostOf(pid: number | undefined, signal: AbortSignal): Promise<Host | undefined> {
  return pid === undefined ? undefined : hostIn(await lineage(pid, signal))
}

/** The first of a process and its ancestors of which something is known. */
export function hostIn(relatives: Relative[]): Host | undefined {
  let child = relatives[0]?.pid ?? 0
  for (const relative of relatives) {
    const kind = kinds.find(({ program }) => program.test(relative.comm))
    if (kind !== undefined) return { kind, pid: relative.pid, child }
    child = relative.pid
  }
  return undefined
}

/** More multiplexers within each other than anybody has. */
const maxDepth = 5

async function findFrom(view: View, signal: AbortSignal, depth: number): Promise<Place> {
  const host = await hostOf(view.pid, signal)
  const term = view.term ?? environmentOf(view.pid)['TERM'] ?? ''
  // Editors' shells print even a bell.
  if (term === 'dumb') throw new PermanentError(`this terminal cannot show notifications (TERM=${term})`)
  // The console of Linux knows no such sequence, but it rings and shows a line.
  if (term === 'linux') return { tty: view.tty, kind: unknownKind, remote: host?.kind.role === 'ssh' }
  if (host === undefined || depth > maxDepth)
    return { tty: view.tty, kind: kindByTerm(term) ?? unknownKind, remote: false }
  if (host.kind.role === 'tmux') return throughTmux(view, host, signal, depth)
  if (host.kind.role === 'screen') return throughScreenOf(view, host, signal, depth)
  if (host.kind.role === 'ssh') return { tty: view.tty, kind: kindOverSsh(view, term), remote: true }
  return { tty: view.tty, kind: host.kind, remote: host.kind.role === 'mosh' }
}

/** Of what identifies a terminal, ssh passes on TERM and LC_*. */
function kindOverSsh(view: View, term: string): Kind {
  const isIterm = environmentOf(view.pid)['LC_TERMINAL'] === 'iTerm2' && /^xterm(-256color)?$/.test(term)
  return kindByTerm(term) ?? kinds.find(({ name }) => isIterm && name === 'iTerm2') ?? unknownKind
}

/** tmux hands on no sequence by default, so it goes to the terminal of a client, past tmux. */
async function throughTmux(view: View, host: Host, signal: AbortSignal, depth: number): Promise<Place> {
  const tmux = environmentOf(host.child)['TMUX']
  const reference = { tty: view.tty, tmux, server: host.pid }
  const state = await askTmux(reference, signal)
  if (state === undefined) return { tty: view.tty, kind: host.kind, remote: false }
  const client = bestClient(state)
  if (client === undefined) throw new DetachedTmux(reference, state.panes)
  const place = await findFrom({ tty: client.tty, pid: client.pid, term: client.term }, signal, depth + 1)
  const kind = place.kind.protocol ? place.kind : (kindByVersion(client.version) ?? place.kind)
  return { ...place, kind, tmux: { pane: reference, client: client.tty } }
}

/** Where the person is: at a client that has the focus, shows the pane's session, was used last. */
function bestClient({ panes, clients }: TmuxState): TmuxClient | undefined {
  const sessions = new Set(panes.map(({ session }) => session))
  const rank = (client: TmuxClient) => [
    Number(sessions.has(client.session)),
    Number(client.flags.includes('focused')),
    client.activity,
  ]
  return clients.toSorted((a, b) => compare(rank(b), rank(a)))[0]
}

function compare(a: number[], b: number[]): number {
  const differing = a.findIndex((value, index) => value !== b[index])
  return differing === -1 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0)
}

/**
 * The only client that runs is written to directly, past screen, which would show nothing of a hidden window. Of
 * several there is no way to know which one shows this session: screen itself passes it on to the right one.
 */
async function throughScreenOf(view: View, host: Host, signal: AbortSignal, depth: number): Promise<Place> {
  if (isAttached(host.pid) === false) throw new PermanentError('the screen session is detached')
  const clients = screenClients().map(({ tty, parent }) => findFrom({ tty, pid: parent }, signal, depth + 1))
  const places = (await Promise.allSettled(clients)).flatMap((result) =>
    result.status === 'fulfilled' ? result.value : [],
  )
  const [first, ...others] = places
  if (first === undefined) return { tty: view.tty, kind: host.kind, remote: false }
  if (others.length === 0) return first
  const same = others.every(({ kind }) => kind === first.kind)
  return { ...first, tty: view.tty, through: 'screen', kind: same ? first.kind : host.kind }
}
