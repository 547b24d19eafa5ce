import { print, say, withoutSecrets } from '../output.ts'
import type { Report } from './deliver.ts'

/** Says what became of a delivery, if somebody has to know; success is silent. */
export function sayReport({ outcome, target, error }: Report): void {
  if (outcome === 'queued') say.warning(`${target}: queued, it will be tried again: ${error}`)
  else if (outcome === 'parked') say.error(`${target}: kept until its configuration is mended: ${error}`)
  else if (outcome === 'failed') say.error(`${target}: not sent: ${error}`)
}

/** The line of `--json`. */
export function printReport({ target, backend, outcome, id, error, answer }: Report): void {
  print(`${withoutSecrets(JSON.stringify({ target, backend, outcome, id, error, answer }))}\n`)
}
