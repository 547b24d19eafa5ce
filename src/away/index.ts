import type { TerminalReference } from '../notification/index.ts'
import { focusReport } from './focus-report.ts'
import { hyprland } from './hyprland.ts'
import { kitty } from './kitty.ts'
import { konsole } from './konsole.ts'
import { logind } from './logind.ts'
import { macos, macosPresence } from './macos.ts'
import { niri } from './niri.ts'
import { sceneOf } from './scene.ts'
import { screen } from './screen.ts'
import { screensaver } from './screensaver.ts'
import { sway } from './sway.ts'
import { tmux } from './tmux.ts'
import type { Answer, Elsewhere, Finding, Presence, Scene, Source, View } from './view.ts'
import { windows } from './windows.ts'
import { x11 } from './x11.ts'
import { xscreensaver } from './xscreensaver.ts'

export interface Away {
  /** yes: nobody is looking at the terminal. */
  answer: Answer
  /** Who said so, and why: `tmux: pane %3 of the focused client`. */
  source: string
}

export interface AwayOptions {
  /** always: as if nobody ever looked; never: as if somebody always did; auto: find out. */
  mode?: 'always' | 'auto' | 'never'
  /** How long there may be no input before the user is away, in milliseconds. */
  idle?: number | undefined
  /** What the terminal answered to a shell's hook: does it have the focus? */
  focus?: 'yes' | 'no' | undefined
  /** A command has the terminal: what it would answer to us, the command would read. */
  busy?: boolean
}

/** All queries together take no longer than this, in milliseconds. */
const patience = 300
/** Whether anybody is there at all has to be known within this time: a frozen desktop must not hide who has the focus. */
const presencePatience = 200

export { askForFocus } from './tmux.ts'

/** In the order in which they are queried; the first certain answer counts. Those that know of tabs come first. */
const sources: readonly Source[] = [
  tmux,
  screen,
  focusReport,
  konsole,
  kitty,
  sway,
  hyprland,
  niri,
  x11,
  macos,
  windows,
]

/** Asked all at once; any of them is enough. */
const presences: readonly Presence[] = [logind, screensaver, xscreensaver, macosPresence]

const unknown: Away = { answer: 'unknown', source: 'no source could tell' }
const late: Away = { answer: 'unknown', source: `no answer within ${patience} ms` }

/**
 * Whether nobody is looking at a terminal.
 *
 * @param signal ends the search; then, and 300 ms after its start at the latest, the answer is unknown
 */
export async function away(
  terminal: TerminalReference | undefined,
  signal: AbortSignal,
  { mode = 'auto', idle, focus, busy = false }: AwayOptions = {},
): Promise<Away> {
  if (mode !== 'auto') return { answer: mode === 'always' ? 'yes' : 'no', source: `the configuration: away: ${mode}` }
  if (terminal?.tty === undefined) return { answer: 'unknown', source: 'without a terminal' }
  const view: View = { tty: terminal.tty, pid: terminal.shellPid }
  // Not AbortSignal.any, which forgets a timeout that the garbage collector has found (Node 20).
  const controller = new AbortController()
  const end = () => controller.abort()
  const tooLate = new Promise<Away>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(late), { once: true })
  })
  const limit = setTimeout(end, patience)
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  try {
    const search = new Search(idle, busy, controller.signal)
    return await Promise.race([tooLate, search.look(view, 0, focus)])
  } finally {
    clearTimeout(limit)
    signal.removeEventListener('abort', end)
    end()
  }
}

/** More multiplexers within each other than anybody has. */
const maxDepth = 5

class Search {
  readonly #idle: number | undefined
  readonly #busy: boolean
  readonly #signal: AbortSignal

  constructor(idle: number | undefined, busy: boolean, signal: AbortSignal) {
    this.#idle = idle
    this.#busy = busy
    this.#signal = signal
  }

  async look(view: View, depth: number, focus?: 'yes' | 'no'): Promise<Away> {
    const scene = {
      ...(await sceneOf(view, this.#signal)),
      ...(focus && { focus }),
      ...(this.#busy && { ours: false }),
    }
    const [seen, absence] = await Promise.all([this.#ask(scene, depth), this.#absence(scene)])
    return absence ?? seen
  }

  async #ask(scene: Scene, depth: number): Promise<Away> {
    for (const source of sources) {
      const finding = await source.ask(scene, this.#signal).catch(() => undefined)
      if (finding === undefined) continue
      const away = 'views' in finding ? await this.#askThere(source, finding, depth) : awayFrom(source, finding)
      if (away.answer !== 'unknown') return away
    }
    return unknown
  }

  async #askThere(source: Source, { views, otherwise, perhaps }: Elsewhere, depth: number): Promise<Away> {
    const found = depth < maxDepth ? await Promise.all(views.map((view) => this.look(view, depth + 1))) : []
    const looked = found.find(({ answer }) => answer === 'no')
    const [first] = found
    if (first && found.every(({ answer }) => answer === 'yes')) return first
    if (looked && !(perhaps && found.length > 1)) return looked
    return otherwise ? awayFrom(source, otherwise) : unknown
  }

  /** Is nobody at the desktop that shows it? What another program or machine shows is determined there, or not at all. */
  async #absence(scene: Scene): Promise<Away | undefined> {
    if (scene.host?.kind.role !== undefined) return undefined
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), presencePatience)
    })
    const asked = presences.map(async (presence): Promise<Away> => {
      const because = await presence.ask(scene, this.#idle, this.#signal)
      if (because === undefined) throw new Error('somebody may be there')
      return { answer: 'yes', source: `${presence.name}: ${because}` }
    })
    return Promise.race([late, Promise.any(asked).catch(() => undefined)]).finally(() => clearTimeout(timer))
  }
}

function awayFrom({ name }: Source, { answer, because }: Finding): Away {
  return { answer, source: `${name}: ${because}` }
}
