import { ConfigError, messageOf, PermanentError, TransientError } from '../platform/errors.ts'
import { type Bus, sessionBus, theBus } from './dbus/index.ts'
import { close, serverOn, service, showQuestion } from './server.ts'
import { patience } from './toast.ts'

/** As long as the question, milliseconds: setTimeout takes no more. */
const noLimit = 2 ** 31 - 1

/** Puts a question as a toast with a button for each answer (Desktop Notifications Specification, "Actions"). */
export async function askOnDesktop(
  { title, text, words }: { title: string; text: string; words: readonly string[] },
  _: unknown,
  { signal }: { signal: AbortSignal },
): Promise<{ reply: Promise<{ answer: string; by?: string }>; close(ending: string): Promise<void> }> {
  if (process.platform !== 'linux') throw new PermanentError('only a desktop with D-Bus takes an answer')
  const life = new AbortController()
  signal.addEventListener('abort', () => life.abort())
  const bus = await sessionBus(life.signal, noLimit)
  try {
    const codes = new Map(
      words.map((word) => [process.getBuiltinModule('node:crypto').randomBytes(16).toString('base64url'), word]),
    )
    const server = await inTime(serverOn(bus))
    const { reply, answers } = replies(bus, server, codes)
    const buttons = [...codes].flat()
    answers(await inTime(showQuestion(bus, server, { title, text, buttons })))
    return {
      reply,
      close: async () => {
        codes.clear()
        await inTime(close(bus, server, answers())).catch(() => {})
        bus.close()
      },
    }
  } catch (error) {
    bus.close()
    if (error instanceof ConfigError || error instanceof PermanentError || error instanceof TransientError) throw error
    throw new TransientError(`the desktop: ${messageOf(error)}`)
  }
}

/** Hears the button that is pressed: it may be one of the toast before its number is known. */
function replies(bus: Bus, server: string, codes: Map<string, string>) {
  let toast = 0
  const reply = new Promise<{ answer: string; by?: string }>((resolve, reject) => {
    bus.onSignal(({ interface: name, member, body, sender }) => {
      const [id, key] = body
      if (member === 'NameOwnerChanged' && sender === theBus.destination && id === server) {
        reject(new TransientError('the notification service of the desktop has ended'))
      }
      if (name !== service || sender !== server || member !== 'ActionInvoked' || (toast !== 0 && id !== toast)) return
      const answer = codes.get(String(key))
      if (answer !== undefined) resolve({ answer })
    })
    void bus.ended.then(() => reject(new TransientError('the session bus has closed the connection')))
  })
  reply.catch(() => {})
  const match = (rule: string) =>
    bus.call({ ...theBus, member: 'AddMatch', signature: 's', body: [rule] }).catch(() => {})
  void match(`type='signal',interface='${service}',sender='${server}'`)
  void match(`type='signal',interface='${theBus.interface}',member='NameOwnerChanged',arg0='${server}'`)
  return {
    reply,
    answers(id?: number) {
      toast = id ?? toast
      return toast
    },
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TransientError('the desktop does not answer')), patience)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
