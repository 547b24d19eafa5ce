import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { codeOf } from '../platform/errors.ts'
import { makeFolder } from '../platform/folder.ts'
import { sessionSockets } from './dbus/address.ts'
import { adoptBus, type Bus, theBus } from './dbus/index.ts'
import { type Start, socketPath } from './listener.ts'
import { memoryOf } from './memory.ts'
import { close, openKey, service, showOn } from './server.ts'
import { endStart } from './starting.ts'
import type { Origin, Toast } from './toast.ts'

/** What is done when somebody turns to a toast. */
export interface Reactions {
  clicked(origin: Origin): Promise<void>
  /** By the button that leads to this address. */
  opened(url: string): Promise<void>
  /** By a click, or closed by the user. */
  seen(origin: Origin): void
}

/** So long after the last toast clicks are waited for, milliseconds. */
const lifetime = 5 * 60_000

/** Of others' toasts, too, which close as well. */
const mostEarly = 1000

/** Waits for clicks, until nothing is on the screen any more, or for five minutes. */
export async function listen(descriptor: number, { state, shown }: Start, reactions: Reactions): Promise<void> {
  const bus = adoptBus(descriptor, state)
  const listener = new Listener(bus, shown.server, reactions)
  listener.add(shown.id, shown.toast)
  const server = await listener.serve()
  endStart()
  await Promise.race([listener.isDone, bus.ended])
  server?.close()
  bus.close()
}

class Listener {
  readonly isDone: Promise<void>
  readonly #bus: Bus
  readonly #server: string
  readonly #reactions: Reactions
  readonly #toasts = new Map<number, Toast>()
  /** Closed before we knew whose they are. */
  readonly #early = new Set<number>()
  #finish = () => {}
  #timer: NodeJS.Timeout | undefined

  constructor(bus: Bus, server: string, reactions: Reactions) {
    this.#bus = bus
    this.#server = server
    this.#reactions = reactions
    this.isDone = new Promise((resolve) => {
      this.#finish = resolve
    })
    bus.onSignal(({ interface: name, member, body, sender }) => {
      const [id, detail] = body
      if (member === 'NameOwnerChanged' && sender === theBus.destination && id === server) this.#finish()
      if (name !== service || sender !== server) return
      if (member === 'ActionInvoked') void this.#click(Number(id), String(detail))
      if (member === 'NotificationClosed') void this.#closed(Number(id), Number(detail))
    })
  }

  add(id: number, toast: Toast): void {
    this.#toasts.set(id, toast)
    if (this.#early.delete(id)) void this.#closed(id, 0)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#finish(), lifetime)
    this.#timer.unref()
  }

  /** Shows the toasts of other processes, too, unless another one does that already. */
  async serve(): Promise<Server | undefined> {
    const path = socketPath()
    if (path === undefined) return undefined
    try {
      makeFolder(dirname(path))
    } catch {
      return undefined
    }
    const server = createServer((socket) => this.#hear(socket))
    if (await bind(server, path)) return server
    return undefined
  }

  #hear(socket: Socket): void {
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      text += chunk
      if (text.endsWith('\n')) void this.#show(text).then((id) => socket.end(`${id ?? ''}\n`))
    })
  }

  async #show(request: string): Promise<number | undefined> {
    try {
      const { bus, toast } = JSON.parse(request) as { bus: string[]; toast: Toast }
      if (bus.join() !== sessionSockets().join()) return undefined
      const { id } = await showOn(this.#bus, this.#server, toast)
      this.add(id, toast)
      return id
    } catch {
      return undefined
    }
  }

  async #click(id: number, key: string): Promise<void> {
    const { origin, actions } = this.#toasts.get(id) ?? {}
    const action = key.startsWith(openKey) ? actions?.[Number(key.slice(openKey.length))] : undefined
    if (origin === undefined && action === undefined) return
    if (origin) this.#reactions.seen(origin)
    if (action) await this.#reactions.opened(action.url).catch(() => {})
    else if (origin) await this.#reactions.clicked(origin).catch(() => {})
    await close(this.#bus, this.#server, id).catch(() => {})
    await this.#closed(id, 0)
  }

  async #closed(id: number, reason: number): Promise<void> {
    const toast = this.#toasts.get(id)
    if (toast === undefined) {
      if (this.#early.size < mostEarly) this.#early.add(id)
      return
    }
    this.#toasts.delete(id)
    if (reason === byUser && toast.origin) this.#reactions.seen(toast.origin)
    const memory = memoryOf(toast.thread)
    if ((await memory?.recall())?.id === id) await memory?.forget()
    if (this.#toasts.size === 0) this.#finish()
  }
}

/** The reason of NotificationClosed. */
const byUser = 2

/** @returns whether nobody else has that place */
async function bind(server: Server, path: string): Promise<boolean> {
  const { rmSync } = process.getBuiltinModule('node:fs')
  for (const _ of ['first', 'after one that was killed']) {
    const code = await new Promise<string | undefined>((resolve) => {
      server.once('error', (error) => resolve(codeOf(error) ?? 'unknown'))
      server.listen(path, () => resolve(undefined))
    })
    if (code === undefined) return true
    if (code !== 'EADDRINUSE' || (await isAlive(path))) return false
    rmSync(path, { force: true })
  }
  return false
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
