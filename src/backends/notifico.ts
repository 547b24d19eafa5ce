import { ConfigError } from '../platform/errors.ts'
import { defineBackend } from './contract/backend.ts'
import { httpOptions } from './contract/http-options.ts'
import { url } from './contract/options.ts'
import { serviceGone } from './shared/service-gone.ts'

const gone = serviceGone('the public Notifico server', 'the webhook of a server of your own')

export default defineBackend({
  name: 'notifico',
  title: 'Notifico',
  homepage: 'https://github.com/TkTech/notifico',
  setup: [
    'The public server is gone: on a server of your own add a Plain Text hook to a project, and copy its address.',
  ],
  options: {
    webhook: url({
      description: 'the address of a plain text webhook of a server of your own',
      required: true,
      secret: true,
      example: 'https://notifico.example.org/h/1/abc',
      aliases: ['endpoint', 'url'],
    }),
    ...httpOptions,
  },
  ended: ({ webhook }) => (isPublicServer(webhook) ? gone : undefined),
  limits: { title: { max: 400, unit: 'bytes' }, message: { max: 5000, unit: 'bytes' } },
  refusal: { status: 404 },
  async send({ title, message }, options, context) {
    if (isPublicServer(options.webhook)) throw new ConfigError(gone)
    await context.http(options.webhook, { form: { payload: `${title}\n${message}` } })
    return undefined
  },
})

function isPublicServer(webhook: unknown): boolean {
  return /^https?:\/\/n\.tkte\.ch(?=[:/]|$)/i.test(String(webhook))
}
