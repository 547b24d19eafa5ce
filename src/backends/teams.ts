import { fitRendered } from '../notification/fit.ts'
import { ConfigError } from '../platform/errors.ts'
import { callingNobody } from '../platform/text.ts'
import { defineBackend } from './contract/backend.ts'
import { httpOptions } from './contract/http-options.ts'
import { url } from './contract/options.ts'
import { serviceGone } from './shared/service-gone.ts'

const gone = serviceGone(
  'the Office 365 connectors of Teams',
  'url: the address of a workflow (see ntfy backends teams)',
)

export default defineBackend({
  name: 'teams',
  title: 'Microsoft Teams, Workflows',
  homepage: 'https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams',
  setup: [
    "In the channel's menu choose Workflows, 'Post to a channel when a webhook request is received', and copy the address that it shows at the end.",
  ],
  addresses: {
    schemes: ['workflow', 'workflows'],
    form: 'workflows://HOST/WORKFLOW/SIGNATURE',
    read({ host, port, path: [workflow, signature], query }) {
      if (workflow === undefined || signature === undefined) return undefined
      const words = new URLSearchParams({
        'api-version': query['ver'] ?? '2016-06-01',
        sp: '/triggers/manual/run',
        sv: '1.0',
        sig: signature,
      })
      const place = port === undefined ? host : `${host}:${port}`
      return { url: `https://${place}/workflows/${workflow}/triggers/manual/paths/invoke?${words}` }
    },
  },
  options: {
    url: url({
      description: 'the address of a workflow "When a Teams webhook request is received"',
      required: true,
      secret: true,
      example:
        'https://prod-00.westus.logic.azure.com/workflows/abc/triggers/manual/paths/invoke?api-version=2016-06-01&sig=xyz',
      aliases: ['msteams_webhook_url'],
    }),
    ...httpOptions,
  },
  // A card has 28 kB as JSON, of which the rest of it takes some.
  ended: ({ url: address }) => (isConnector(address) ? gone : undefined),
  takesActions: true,
  limits: { title: { max: 1000, unit: 'bytes' }, message: { max: 24_000, unit: 'bytes' } },
  answer: { status: 202 },
  refusal: {
    status: 401,
    json: { error: { code: 'DirectApiAuthorizationRequired', message: 'The request must be authenticated.' } },
  },
  async send({ title, message, url: link, actions = [] }, options, context) {
    if (isConnector(options.url)) throw new ConfigError(gone)
    const links = [...(link === undefined ? [] : [{ label: 'Open', url: link }]), ...actions]
    const buttons = links.map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url }))
    const block = (text: string, more: object = {}) => ({ type: 'TextBlock', text, wrap: true, ...more })
    await context.http(options.url, {
      accepts: ({ status }) => status === 202,
      json: {
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            contentUrl: null,
            content: {
              $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
              type: 'AdaptiveCard',
              version: '1.4',
              msteams: { width: 'full' },
              body: [
                block(inert(title), { weight: 'Bolder', size: 'Medium' }),
                block(
                  JSON.parse(
                    fitRendered(message, (part) => JSON.stringify(inert(part).replaceAll('\n', '\n\n')), {
                      max: 26_000 - JSON.stringify(inert(title)).length * 3,
                      unit: 'bytes',
                    }),
                  ),
                ),
              ],
              ...(buttons.length > 0 && { actions: buttons }),
            },
          },
        ],
      },
    })
    return undefined
  },
})

/** Cards know lists, links, bold and italics in Markdown, and mentions as `<at>`. */
function inert(text: string): string {
  return callingNobody(text)
    .replaceAll('&', '&amp;')
    .replace(/[*_[\]`#>~-]/g, '\\$&')
    .replaceAll('<', '&lt;')
}

function isConnector(address: unknown): boolean {
  return /^https?:\/\/(?:[^/]*\.)?webhook\.office\.com(?=[:/]|$)/i.test(String(address))
}
