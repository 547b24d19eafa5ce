import { mkdtempSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { attemptWith, errorOf } from '../support/attempt.ts'
import { type Broker, brokerPassword, startBroker, subscribe } from '../support/mosquitto.ts'
import { packetParser, packetType } from '../support/mqtt-packet.ts'
import { describeWith } from '../support/programs.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { closedPort } from '../support/server.ts'

describeWith(['mosquitto', 'mosquitto_sub', 'stdbuf', 'openssl'], 'mqtt with mosquitto', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ntfy-mosquitto-'))
  let broker: Broker

  beforeAll(async () => {
    broker = await startBroker(folder)
  })

  afterAll(async () => {
    await broker.stop()
    await removeFolder(folder)
  })

  const send = (settings: Record<string, unknown> = {}, more: Parameters<typeof attemptWith>[2] = {}) =>
    attemptWith('mqtt', { url: `mqtt://127.0.0.1:${broker.port}`, topic: 'a/b', ...settings }, more)
  const secure = () => ({
    ...{ url: `mqtts://localhost:${broker.securePort}`, ca: broker.ca, topic: 'mine/a' },
    ...{ user: 'ntfy', password: brokerPassword },
  })

  it.each(['0', '1', '2'])('publishes JSON with qos %s', async (qos) => {
    const next = await subscribe(broker.port, 'a/b')
    const notification = { title: 'Größe ✔', message: 'line "1"\n{line} 2', priority: 'urgent' as const, tags: ['x'] }
    expect(await send({ qos }, { notification })).toMatchObject({
      kind: 'delivered',
      answer: { topic: 'a/b', qos: Number(qos), version: '5' },
    })
    const { payload, ...arrived } = await next()
    expect(arrived).toMatchObject({ topic: 'a/b', qos: Number(qos), retain: 0 })
    expect(arrived.properties).toEqual({ 'payload-format-indicator': 1, 'content-type': 'application/json' })
    expect(JSON.parse(payload)).toMatchObject({ ...notification, user: 'user', host: 'host', cwd: '/' })
  })

  it('publishes text, by 3.1.1 if told so', async () => {
    const next = await subscribe(broker.port, 'a/b')
    for (const version of ['5', '3.1.1']) {
      const result = await send({ payload: 'text', version }, { notification: { title: '$& {message}' } })
      expect(result).toMatchObject({ kind: 'delivered', answer: { version } })
      expect((await next()).payload).toBe('$& {message}\nmessage')
    }
    await send({ payload: 'text', fmt: '[{title}] {message} {other}' })
    expect((await next()).payload).toBe('[title] message {other}')
  })

  it('says everything that it knows of a command', async () => {
    const next = await subscribe(broker.port, 'a/b')
    const outcome = { command: 'make -j4', status: 2, durationMs: 61_000 }
    await send({}, { notification: { outcome, url: 'https://example.org/' } })
    const { payload } = await next()
    expect(JSON.parse(payload)).toMatchObject({ ...outcome, url: 'https://example.org/' })
  })

  it('a percent sign in the address that encodes nothing stands for itself', async () => {
    expect((await send({ url: `mqtt://a:50%@127.0.0.1:${broker.port}` })).kind).toBe('delivered')
  })

  it('leaves a message for who comes later, if told so', async () => {
    await send({ topic: 'last/no' })
    await send({ topic: 'last/yes', retain: true })
    const arrived = await (await subscribe(broker.port, 'last/#'))()
    expect(arrived).toMatchObject({ topic: 'last/yes', retain: 1 })
  })

  it('logs in, with TLS of its own authority, also from the address', async () => {
    const next = await subscribe(broker.port, 'mine/a')
    const { user, password, ...rest } = secure()
    const inAddress = `mqtts://${user}:${encodeURIComponent(password)}@localhost:${broker.securePort}/`
    for (const settings of [secure(), { ...rest, url: inAddress }, { ...secure(), version: '3.1.1' }]) {
      expect(await send(settings)).toMatchObject({ kind: 'delivered' })
      expect(await next()).toMatchObject({ topic: 'mine/a' })
    }
  })

  it.each([
    ['a wrong password', { password: 'not it' }, 'wrong user or password'],
    ['a wrong password by 3.1.1', { password: 'not it', version: '3.1.1' }, 'wrong user or password'],
    ['no password', { user: undefined, password: undefined }, 'wrong user or password'],
    ['a topic that the user may not write', { topic: 'other' }, 'may this user publish'],
    ['an unknown authority', { ca: undefined }, 'unknown authority'],
    ['a topic with wildcards', { topic: 'mine/+' }, 'without the wildcards'],
    ['an address with a topic', { url: 'mqtt://localhost/topic' }, 'mqtt://host:port'],
  ])('%s is a matter of configuration', async (_, changes, says) => {
    const result = await send({ ...secure(), ...changes })
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining(says) })
    expect(errorOf(result)).not.toContain('not it')
  })

  it('a certificate for another name is, too', async () => {
    const result = await send({ ...secure(), url: `mqtts://127.0.0.1:${broker.securePort}` })
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining('for another host') })
  })

  it('a message that is too large can never go', async () => {
    expect(await send({}, { notification: { message: 'x'.repeat(3000) } })).toMatchObject({
      kind: 'permanent',
      error: expect.stringContaining('2000 bytes'),
    })
  })

  it('a broker that is away may come back', async () => {
    await broker.stop()
    expect(await send()).toMatchObject({ kind: 'transient', error: expect.stringContaining('connection refused') })
    await broker.start()
    expect(await send()).toMatchObject({ kind: 'delivered' })
  })
})

/** A broker that plays what mosquitto cannot be told to do: it answers the packets of one kind with these bytes. */
async function playedBroker(answers: Partial<Record<number, (level: number) => number[] | 'hang up'>>) {
  const levels: number[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const parse = packetParser()
    let level = 0
    socket.on('error', () => {})
    socket.on('data', (piece) => {
      for (const { type, body } of parse(piece)) {
        if (type === packetType.connect) {
          level = body[6] ?? 0
          levels.push(level)
        }
        const answer = answers[type]?.(level)
        if (answer === 'hang up') socket.destroy()
        else if (answer !== undefined) socket.write(Buffer.from(answer))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return { url: `mqtt://127.0.0.1:${port}`, levels }
}

describe('mqtt with brokers that are not like mosquitto', () => {
  const { connect, publish } = packetType
  const welcome = (level: number) => (level === 5 ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0])
  const acknowledge = () => [0x40, 2, 0, 1]
  const send = (url: string, settings = {}) => attemptWith('mqtt', { url, topic: 'a', ...settings }, { deadline: 1000 })

  it.each<[string, number[] | 'hang up']>([
    ['says so as 3.1.1 does', [0x20, 2, 0, 1]],
    ['says so as 5 does', [0x20, 3, 0, 0x84, 0]],
    ['hangs up', 'hang up'],
  ])('speaks 3.1.1 to one that knows nothing else and %s', async (_, refusal) => {
    const { url, levels } = await playedBroker({
      [connect]: (level) => (level === 5 ? refusal : welcome(level)),
      [publish]: acknowledge,
    })
    expect(await send(url)).toMatchObject({ kind: 'delivered', answer: { version: '3.1.1' } })
    expect(levels).toEqual([5, 4])
    expect((await send(url, { version: '5' })).kind).not.toBe('delivered')
  })

  it.each([
    [0x86, 'config'],
    [0x87, 'config'],
    [0x88, 'transient'],
    [0x89, 'transient'],
    [0x97, 'transient'],
    [0x9f, 'transient'],
    [0x8a, 'config'],
  ])('a login that is refused with %i is %s', async (code, kind) => {
    const { url } = await playedBroker({ [connect]: () => [0x20, 3, 0, code, 0] })
    expect(await send(url)).toMatchObject({ kind })
  })

  it.each([
    [0x00, 'delivered'],
    [0x10, 'delivered'],
    [0x87, 'config'],
    [0x97, 'transient'],
    [0x90, 'permanent'],
  ])('a message that is answered with %i is %s', async (code, kind) => {
    const reason = [0x1f, 0, 3, 0x1b, 0x5b, 0x41]
    const { url } = await playedBroker({ [connect]: welcome, [publish]: () => [0x40, 10, 0, 1, code, 6, ...reason] })
    const result = await send(url)
    expect(result).toMatchObject({ kind })
    expect(JSON.stringify(result)).not.toContain('\\u001b')
  })

  it.each([
    [0x95, 'permanent'],
    [0x82, 'permanent'],
    [0x90, 'permanent'],
    [0x8b, 'transient'],
  ])('a broker that disconnects with %i is %s', async (code, kind) => {
    const { url } = await playedBroker({ [connect]: welcome, [publish]: () => [0xe0, 2, code, 0] })
    expect(await send(url)).toMatchObject({ kind })
  })

  it.each<[string, string, Parameters<typeof playedBroker>[0]]>([
    ['an empty CONNACK', '1', { [connect]: () => [0x20, 0], [publish]: acknowledge }],
    ['a CONNACK without a code', '1', { [connect]: () => [0x20, 1, 0], [publish]: acknowledge }],
    ['a CONNACK with reserved flags', '1', { [connect]: () => [0x21, 3, 0, 0, 0], [publish]: acknowledge }],
    ['a CONNACK of an old session', '1', { [connect]: () => [0x20, 3, 1, 0, 0], [publish]: acknowledge }],
    ['a CONNACK with reserved bits', '1', { [connect]: () => [0x20, 3, 0x80, 0, 0], [publish]: acknowledge }],
    ['an empty PUBACK', '1', { [connect]: welcome, [publish]: () => [0x40, 0] }],
    ['half a PUBACK', '1', { [connect]: welcome, [publish]: () => [0x40, 1, 0] }],
    ['half a PUBACK before another packet', '1', { [connect]: welcome, [publish]: () => [0x40, 1, 0, 1, 0] }],
    ["another packet's PUBACK", '1', { [connect]: welcome, [publish]: () => [0x40, 2, 0, 2] }],
    ['a PUBACK with reserved flags', '1', { [connect]: welcome, [publish]: () => [0x42, 2, 0, 1] }],
    ['a PUBACK with a code that there is not', '1', { [connect]: welcome, [publish]: () => [0x40, 3, 0, 1, 1] }],
    ['a PUBCOMP at once', '1', { [connect]: welcome, [publish]: () => [0x70, 2, 0, 1] }],
    ['a PUBREC', '1', { [connect]: welcome, [publish]: () => [0x50, 2, 0, 1] }],
    ['a PUBACK', '2', { [connect]: welcome, [publish]: acknowledge }],
    ['a PUBCOMP before its PUBREC', '2', { [connect]: welcome, [publish]: () => [0x70, 2, 0, 1] }],
    [
      "another packet's PUBCOMP",
      '2',
      {
        [connect]: welcome,
        [publish]: () => [0x50, 2, 0, 1],
        [packetType.pubrel]: () => [0x70, 2, 0, 2],
      },
    ],
    ['a PUBACK instead of a PINGRESP', '0', { [connect]: welcome, [packetType.pingreq]: acknowledge }],
    ['a PINGRESP with reserved flags', '0', { [connect]: welcome, [packetType.pingreq]: () => [0xd1, 0] }],
  ])('%s at qos %s is no yes', async (_, qos, answers) => {
    const { url } = await playedBroker(answers)
    expect(await send(url, { qos })).toMatchObject({
      kind: 'transient',
      error: expect.stringContaining('does not speak MQTT'),
    })
  })

  it.each(['0', '1', '2'])('takes what the specification says for a yes (qos %s)', async (qos) => {
    const { url } = await playedBroker({
      [connect]: welcome,
      [publish]: () => (qos === '1' ? [0x40, 3, 0, 1, 0x10] : qos === '2' ? [0x50, 4, 0, 1, 0, 0] : []),
      [packetType.pubrel]: () => [0x70, 2, 0, 1],
      [packetType.pingreq]: () => [0xd0, 0],
    })
    expect(await send(url, { qos })).toMatchObject({ kind: 'delivered' })
  })

  it('lowers the qos to what the broker does, and keeps nothing where it cannot', async () => {
    const { url } = await playedBroker({
      [connect]: () => [0x20, 7, 0, 0, 4, 0x24, 0, 0x25, 0],
      [packetType.pingreq]: () => [0xd0, 0],
    })
    expect(await send(url)).toMatchObject({ kind: 'delivered', answer: { qos: 0 } })
    expect(await send(url, { retain: true })).toMatchObject({ kind: 'config' })
  })

  it.each<[string, Parameters<typeof playedBroker>[0]]>([
    ['says nothing', {}],
    ['never confirms', { [connect]: welcome }],
    ['speaks something else', { [connect]: () => [...Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')] }],
    ['never stops', { [connect]: () => [0x20, 0xff, 0xff, 0xff, 0xff] }],
  ])('one that %s is tried again later', async (_, answers) => {
    const { url } = await playedBroker(answers)
    expect(await send(url)).toMatchObject({ kind: 'transient' })
  })

  it('one that is not there, too', async () => {
    expect(await send(`mqtt://127.0.0.1:${await closedPort()}`)).toMatchObject({ kind: 'transient' })
  })
})
