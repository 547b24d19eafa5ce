import type { Socket } from 'node:net'
import { lookup } from './lookup.ts'

/** A connection for a protocol that is not HTTP, made with our own look-up; it ends with the attempt. */
export function openSocket(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const { connect } = process.getBuiltinModule('node:net')
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup: lookup as never, signal, autoSelectFamily: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
