/** A field of a form: a text, or a file. */
export interface FormPart {
  name: string
  content: string | Buffer
  /** Of a file. */
  filename?: string
  type?: string
}

/** A form as multipart/form-data (RFC 7578). */
export function encodeMultipart(parts: readonly FormPart[]): { body: Buffer; type: string } {
  const { randomUUID } = process.getBuiltinModule('node:crypto')
  const boundary = `ntfy-${randomUUID()}`
  const chunks = parts.flatMap(({ name, content, filename, type }) => {
    const file = filename === undefined ? '' : `; filename="${quotable(filename)}"`
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${quotable(name)}"${file}\r\n`
    return [
      Buffer.from(`${head}${type === undefined ? '' : `content-type: ${type}\r\n`}\r\n`),
      Buffer.from(content as string),
      Buffer.from('\r\n'),
    ]
  })
  return {
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    type: `multipart/form-data; boundary=${boundary}`,
  }
}

/** As browsers write it (WHATWG HTML, "Multipart form data"). */
function quotable(text: string): string {
  return text.replaceAll('"', '%22').replace(/[\r\n]/g, ' ')
}
