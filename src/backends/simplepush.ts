import { PermanentError } from '../platform/errors.ts'
import { asObject, field } from '../platform/json.ts'
import { defineBackend } from './contract/backend.ts'
import { word } from './contract/formats.ts'
import { httpOptions } from './contract/http-options.ts'
import { text } from './contract/options.ts'

export default defineBackend({
  name: 'simplepush',
  title: 'Simplepush',
  homepage: 'https://simplepush.io/api',
  setup: [
    'Install the app Simplepush: it shows the key. Turn on encryption there, and give its `password` and `salt`.',
  ],
  addresses: {
    schemes: ['spush'],
    form: 'spush://[SALT:PASSWORD@]KEY',
    read: ({ user, password, host, query }) => ({
      key: host,
      ...(password !== undefined && { salt: user, password }),
      event: query['event'],
    }),
  },
  options: {
    key: text({
      format: word,
      description: 'the key that the app shows',
      required: true,
      secret: true,
      example: 'HuxgBB',
    }),
    event: text({ description: 'an event of the app, with a sound and a vibration of its own' }),
    password: text({ description: 'encrypts title and message, with `salt`; both stand in the app', secret: true }),
    salt: text({ description: 'the salt that the app shows' }),
    ...httpOptions,
  },
  limits: { title: { max: 200, unit: 'codepoints' }, message: { max: 4000, unit: 'codepoints' } },
  answer: { json: { status: 'OK' } },
  async send({ title, message }, options, context) {
    const { key, event, password, salt } = options
    const texts =
      password === undefined ? { title, msg: message } : encrypted({ title, msg: message }, password, salt ?? '')
    const answer = await context.http('https://simplepu.sh/send', {
      json: { key, event, ...texts },
      accepts: ({ json }) => field(json, 'status') === 'OK',
      failure: ({ status, json }) =>
        status < 300 && field(json, 'status') === 'BadRequest'
          ? new PermanentError(`simplepush: ${field(json, 'message') ?? 'BadRequest'}`)
          : undefined,
    })
    return asObject(answer.json)
  },
})

/** AES-128-CBC with the first half of SHA-1 of password and salt, as the service's own clients do it. */
function encrypted(texts: Record<string, string>, password: string, salt: string): Record<string, string | boolean> {
  const { createCipheriv, createHash, randomBytes } = process.getBuiltinModule('node:crypto')
  const key = createHash('sha1')
    .update(password + salt)
    .digest()
    .subarray(0, 16)
  const iv = randomBytes(16)
  const result: Record<string, string | boolean> = { encrypted: true, iv: iv.toString('hex').toUpperCase() }
  for (const [name, text] of Object.entries(texts)) {
    const cipher = createCipheriv('aes-128-cbc', key, iv)
    result[name] = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64url')
  }
  return result
}
