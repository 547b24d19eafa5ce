import { createSocket } from 'node:dgram'
import { onTestFinished } from 'vitest'

export interface Service {
  priority: number
  weight: number
  port: number
  host: string
}

/** A name server on port 53 of an address of the loopback interface, for the rest of the test. Only root can. */
export async function nameServer(
  address: string,
  names: { services: Record<string, Service[]>; addresses: Record<string, string> },
): Promise<string[]> {
  const asked: string[] = []
  const server = createSocket('udp4')
  server.on('message', (question, { port, address: from }) => {
    const { name, end } = readName(question)
    const type = question.readUInt16BE(end)
    asked.push(name)
    const services = type === SRV ? (names.services[name] ?? []) : []
    const found = type === A ? names.addresses[name] : undefined
    const answers = [...services.map(serviceData), ...(found ? [Buffer.from(found.split('.').map(Number))] : [])]
    const known = name in names.services || name in names.addresses
    const header = Buffer.alloc(12)
    question.copy(header, 0, 0, 2)
    header.writeUInt16BE(0x8180 | (known ? 0 : nameError), 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(answers.length, 6)
    const records = answers.map((data) => Buffer.concat([recordHead(type, data.length), data]))
    server.send(Buffer.concat([header, question.subarray(12, end + 4), ...records]), port, from)
  })
  await new Promise<void>((resolve) => server.bind(53, address, resolve))
  onTestFinished(() => void server.close())
  return asked
}

/** RFC 1035 §3.2.2 and §4.1.1, RFC 2782. */
const A = 1
const SRV = 33
const nameError = 3

function readName(question: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}

/** The name is that of the question; it is good for a minute. */
function recordHead(type: number, length: number): Buffer {
  return Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, length >> 8, length & 0xff])
}

function serviceData({ priority, weight, port, host }: Service): Buffer {
  const numbers = Buffer.alloc(6)
  for (const [index, value] of [priority, weight, port].entries()) numbers.writeUInt16BE(value, index * 2)
  const labels = host.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]))
  return Buffer.concat([numbers, ...labels, Buffer.of(0)])
}
