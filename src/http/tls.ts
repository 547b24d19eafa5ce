import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** What each TLS connection says for itself: NODE_TLS_REJECT_UNAUTHORIZED in the environment is meant for the job. */
export const verified = { rejectUnauthorized: true } as const

export interface TlsSettings {
  /** The host, or another name, that the certificate must be for. */
  name: string
  /** Authorities to trust instead of the usual ones, as PEM. */
  ca?: string | undefined
  /** The protocol that is spoken inside, where the port does not say it (ALPN). */
  protocol?: string
}

/** Begins TLS on a connection, which ends with it; the certificate is always verified. */
export function startTls(socket: Socket, { name, ca, protocol }: TlsSettings): Promise<TLSSocket> {
  const { connect } = process.getBuiltinModule('node:tls')
  const isAddress = process.getBuiltinModule('node:net').isIP(name) > 0
  return new Promise((resolve, reject) => {
    const secure = connect({
      ...verified,
      socket,
      host: name,
      ...(!isAddress && { servername: name }),
      ...(ca !== undefined && { ca }),
      ...(protocol !== undefined && { ALPNProtocols: [protocol] }),
    })
    socket.on('error', (error) => secure.destroy(error))
    secure.once('secureConnect', () => resolve(secure))
    secure.on('error', reject)
    secure.once('close', () => reject(Object.assign(new Error('no TLS there'), { code: 'ECONNRESET' })))
  })
}
