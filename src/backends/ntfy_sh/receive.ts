import { streamLines } from '../../http/stream.ts'
import { priorities } from '../../notification/index.ts'
import { messageOf, TransientError } from '../../platform/errors.ts'
import { asObject, field, textOf, textsOf } from '../../platform/json.ts'
import { pause, pauseAfter } from '../../platform/retry.ts'
import type { AskContext } from '../contract/backend.ts'
import { authorization } from '../contract/http-options.ts'
import type { Flow, Received } from '../contract/receiving.ts'
import { hopTag } from './level.ts'
import { type Message, messageIn, type Place, silence } from './subscribe.ts'

/** Events that take a message of the same sequence back (docs/publish.md, "Updating + deleting notifications"). */
const withdrawing = ['message_delete', 'message_clear']

/**
 * Reads a topic: what the server has kept comes as one, what arrives afterwards one by one. An id that the server has
 * forgotten gives all that it has.
 *
 * @throws ConfigError the server refuses
 */
export async function receive(place: Place, { signal }: Pick<AskContext, 'signal'>, flow: Flow): Promise<void> {
  const read = (query: string, take: (message: Message) => void) =>
    streamLines(
      `${place.server}/${place.topic}/json?${query}`,
      { headers: authorization(place), idle: silence, signal, ca: place.ca, service: 'an ntfy server' },
      {
        opened: () => flow.found(),
        line(text) {
          const message = messageIn(text, place.topic, withdrawing)
          if (message !== undefined) take(message)
        },
      },
    )
  const kept = async (since: string) => {
    const messages: Message[] = []
    await read(`poll=1&since=${encodeURIComponent(since)}`, (message) => void messages.push(message))
    return messages
  }
  let { since } = flow
  let failures = 0
  while (!signal.aborted) {
    try {
      if (flow.cursor() === undefined && since === undefined) flow.begin((await kept('latest')).at(-1)?.id ?? 'all')
      const messages = await kept(since === undefined ? (flow.cursor() ?? 'all') : String(since))
      if (signal.aborted) return
      if (flow.cursor() === undefined) flow.begin(messages.at(-1)?.id ?? 'all')
      since = undefined
      await flow.take(messages.map((message) => receivedOf(message, place)))
      if (flow.once) return
      let turn = Promise.resolve()
      const broken: unknown[] = []
      await read(`since=${encodeURIComponent(flow.cursor() ?? 'all')}`, (message) => {
        failures = 0
        turn = turn.then(() => flow.take([receivedOf(message, place)])).catch((error) => void broken.push(error))
      }).finally(() => turn)
      if (broken.length > 0) throw broken[0]
    } catch (error) {
      if (!(error instanceof TransientError)) throw error
      flow.lost(messageOf(error))
    }
    await pause(pauseAfter(failures++), signal)
  }
}

/** https://docs.ntfy.sh/subscribe/api/#json-message-format */
function receivedOf(message: Message, { server, topic }: Place): Received {
  const text = (name: string) => (typeof message[name] === 'string' ? (message[name] as string) : '')
  const tags = textsOf(message['tags'])
  const attachment = field(message['attachment'], 'url')
  const url = text('click') || (typeof attachment === 'string' ? attachment : '')
  const sequence = text('sequence_id')
  const actions = actionsOf(message, server)
  const hops = Math.max(0, ...tags.map((tag) => Number(hopTag.exec(tag)?.[1] ?? 0)))
  return {
    id: message.id,
    time: typeof message['time'] === 'number' ? message['time'] : 0,
    title: text('title'),
    message: text('message'),
    priority: priorities[Number(textOf(message['priority']) || 3) - 1] ?? 'default',
    tags: tags.filter((tag) => !hopTag.test(tag)),
    ...(url !== '' && { url }),
    ...(actions.length > 0 && { actions }),
    ...(withdrawing.includes(text('event')) && { withdraws: true as const }),
    ...(sequence !== '' && {
      thread: `received-${process.getBuiltinModule('node:crypto').createHash('sha256').update(`${server} ${topic} ${sequence}`).digest('hex').slice(0, 32)}`,
    }),
    hops,
  }
}

/** Buttons that open an address of the same server: what else a stranger's button does is not for this desk to do. */
function actionsOf({ actions }: Message, server: string): { label: string; url: string }[] {
  const here = new URL(server).origin
  return (Array.isArray(actions) ? actions : []).flatMap((one) => {
    const { action, label, url } = asObject(one) ?? {}
    if (action !== 'view' || typeof label !== 'string' || typeof url !== 'string' || !URL.canParse(url)) return []
    return new URL(url).origin === here ? [{ label, url }] : []
  })
}
