/** The part of http_ece that is used: it comes without types. */
declare module 'http_ece' {
  export interface Parameters {
    version: 'aes128gcm'
    privateKey: import('node:crypto').ECDH
    /** The receiver's public key, base64url. */
    dh: string
    authSecret: string
    /** 16 bytes, base64url. */
    salt: string
  }
  const ece: { encrypt(payload: Buffer, parameters: Parameters): Buffer }
  export default ece
}
