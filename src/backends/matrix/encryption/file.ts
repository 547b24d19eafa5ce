import { loadLibrary } from './library.ts'

/** Encrypts a file: what is uploaded, and what its readers need ("Sending encrypted attachments", EncryptedFile). */
export async function encryptFile(content: Buffer): Promise<{ secret: Buffer; keys: Record<string, unknown> }> {
  const { Attachment } = await loadLibrary()
  const encrypted = Attachment.encrypt(content)
  return {
    secret: Buffer.from(encrypted.encryptedData),
    keys: JSON.parse(encrypted.mediaEncryptionInfo ?? '{}'),
  }
}
