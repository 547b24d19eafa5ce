import { connect } from 'node:net'
import { hostname } from 'node:os'
import { readRegularFile } from '../platform/regular-file.ts'
import { Wire } from './xwire.ts'

/** One entry for each display, in bytes. */
const largestCookies = 1024 * 1024

/**
 * As much of the X Window System's protocol as it takes to find out which window has the focus: 5 ms, without a program
 * or a package.
 */
export interface XServer {
  root: number
  /** The 32-bit values of a window's property; none if it has no such property or there is no such window. */
  property(window: number, name: string): Promise<number[]>
  parent(window: number): Promise<number | undefined>
  atoms(names: string[]): Promise<number[]>
  /** Asks the window manager to show a window and give it the focus (freedesktop.org's EWMH, as a pager does). */
  activate(window: number): Promise<void>
  /** What the screen saver knows; nothing if the server has none. */
  saver(): Promise<Saver | undefined>
  close(): void
}

export interface Saver {
  /** How long it has been on, milliseconds, below 0 if it was turned on by hand; nothing if it is off. */
  on: number | undefined
  /** Milliseconds since the last input from keyboard or mouse. */
  idle: number
}

/**
 * Connects to the X server of this machine.
 *
 * @param display `:0`; one of another machine, or forwarded by ssh, is refused
 * @param environment XAUTHORITY and HOME, where the key is
 * @param signal ends the connection and all that waits for an answer
 */
export async function connectX(
  display: string,
  environment: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<XServer> {
  const number = /^(?:unix)?:(\d+)(?:\.\d+)?$/.exec(display)?.[1]
  if (number === undefined) throw new Error('X11: not a display of this machine')
  const cookie = await cookieFor(number, environment)
  signal.throwIfAborted()
  const socket = connect({ path: `/tmp/.X11-unix/X${number}` })
  const abort = () => socket.destroy(new Error('X11: no answer in time'))
  signal.addEventListener('abort', abort)
  socket.once('close', () => signal.removeEventListener('abort', abort))
  const wire = new Wire(socket)
  try {
    socket.write(greeting(cookie))
    const root = rootOf(await wire.setup())
    return clientOn(wire, root)
  } catch (error) {
    socket.destroy()
    throw error
  }
}

function clientOn(wire: Wire, root: number): XServer {
  const atoms = new Map<string, Promise<number>>()
  const atom = (name: string) => {
    const known = atoms.get(name) ?? wire.ask(internAtom(name)).then((reply) => reply?.readUInt32LE(8) ?? 0)
    atoms.set(name, known)
    return known
  }
  return {
    root,
    async property(window, name) {
      const reply = await wire.ask(request(20, 0, [window, await atom(name), 0, 0, 4096]))
      if (reply === undefined || reply[1] !== 32) return []
      const count = Math.min(reply.readUInt32LE(16), (reply.length - 32) / 4)
      return Array.from({ length: count }, (_, index) => reply.readUInt32LE(32 + index * 4))
    },
    atoms: (names) => Promise.all(names.map(atom)),
    async saver() {
      const name = 'MIT-SCREEN-SAVER'
      const extension = await wire.ask(request(98, 0, [name.length], padded(Buffer.from(name))))
      if (extension === undefined || extension[8] !== 1) return undefined
      // https://www.x.org/releases/current/doc/scrnsaverproto/saver.html
      const reply = await wire.ask(request(extension[9] ?? 0, 1, [root]))
      return reply && { on: reply[1] === 1 ? reply.readInt32LE(12) : undefined, idle: reply.readUInt32LE(16) }
    },
    async activate(window) {
      // SendEvent of a ClientMessage with 32-bit data; it has no reply, so a request with a reply follows.
      const [type] = [await atom('_NET_ACTIVE_WINDOW')]
      const event = Buffer.alloc(32)
      event.set([33, 32])
      const [fromPager, substructure] = [2, (1 << 19) | (1 << 20)]
      for (const [index, value] of [window, type, fromPager].entries()) event.writeUInt32LE(value, 4 + index * 4)
      wire.send(request(25, 0, [root, substructure], event))
      await wire.ask(request(15, 0, [root]))
    },
    async parent(window) {
      return (await wire.ask(request(15, 0, [window])))?.readUInt32LE(12) || undefined
    },
    close: () => wire.close(),
  }
}

/** A request of an opcode, a byte and 32-bit values: https://www.x.org/releases/current/doc/xproto/x11protocol.html */
function request(opcode: number, detail: number, values: number[], tail: Buffer = Buffer.alloc(0)): Buffer {
  const bytes = Buffer.alloc(4 + values.length * 4)
  bytes.set([opcode, detail])
  bytes.writeUInt16LE((bytes.length + tail.length) / 4, 2)
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value, 4 + index * 4)
  })
  return Buffer.concat([bytes, tail])
}

function internAtom(name: string): Buffer {
  return request(16, 1, [name.length], padded(Buffer.from(name)))
}

function greeting(cookie: Buffer | undefined): Buffer {
  const name = cookie === undefined ? Buffer.alloc(0) : Buffer.from('MIT-MAGIC-COOKIE-1')
  const data = cookie ?? Buffer.alloc(0)
  const head = Buffer.alloc(12)
  head.write('l')
  head.writeUInt16LE(11, 2)
  head.writeUInt16LE(name.length, 6)
  head.writeUInt16LE(data.length, 8)
  return Buffer.concat([head, padded(name), padded(data)])
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])
}

/** The root window of the first screen, behind the vendor's name and the formats of pictures. */
function rootOf(setup: Buffer): number {
  if (setup[0] !== 1) throw new Error('X11: refused')
  const vendor = setup.readUInt16LE(24)
  return setup.readUInt32LE(40 + vendor + (-vendor & 3) + (setup[29] ?? 0) * 8)
}

/** Nothing where no file can be read. */
function readBytes(file: string): Buffer {
  try {
    return readRegularFile(file, largestCookies)
  } catch {
    return Buffer.alloc(0)
  }
}

/** The display's entry of the file that xauth keeps. */
async function cookieFor(
  display: string,
  environment: Record<string, string | undefined>,
): Promise<Buffer | undefined> {
  const file = environment['XAUTHORITY'] || `${environment['HOME'] ?? ''}/.Xauthority`
  const bytes = readBytes(file)
  const [local, wild] = [256, 65_535]
  for (let at = 0; at + 10 <= bytes.length; ) {
    const family = bytes.readUInt16BE(at)
    at += 2
    const fields: Buffer[] = []
    for (let index = 0; index < 4 && at + 2 <= bytes.length; index++) {
      const length = bytes.readUInt16BE(at)
      fields.push(bytes.subarray(at + 2, at + 2 + length))
      at += 2 + length
    }
    const [address, number, name, data] = fields
    const isHere = family === wild || (family === local && address?.toString() === hostname())
    const isDisplay = number?.length === 0 || number?.toString() === display
    if (isHere && isDisplay && name?.toString() === 'MIT-MAGIC-COOKIE-1') return data
  }
  return undefined
}
