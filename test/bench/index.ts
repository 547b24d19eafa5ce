import { benchHooks } from './hooks.ts'
import { benchOutbox } from './outbox.ts'
import { benchPrograms } from './programs.ts'

/** A figure of `npm run bench`. */
export interface Figure {
  name: string
  value: number
  unit: string
  /** What it may be at most, and what is aimed at. */
  limit?: number
  stretch?: number
}

/** Prints the figures as they come; where one is over its limit the program ends with 1. */
async function main(): Promise<void> {
  // It costs every start of Node 20 some 40 ms, of bare Node too, and would make every ratio look better than it is.
  delete process.env['NODE_EXTRA_CA_CERTS']
  let over = 0
  console.log(`Node ${process.version}; x = times the median of \`node -e 0\` in the same run\n`)
  for (const bench of [benchPrograms, benchOutbox, benchHooks]) {
    for (const figure of await bench()) {
      console.log(line(figure))
      if (figure.limit !== undefined && figure.value > figure.limit) over++
    }
    console.log('')
  }
  if (over > 0) console.log(`${over} over the limit`)
  process.exitCode = over > 0 ? 1 : 0
}

function line({ name, value, unit, limit, stretch }: Figure): string {
  const shown = `${value.toFixed(2)} ${unit}`.padStart(14)
  const bounds = limit === undefined ? '' : `at most ${limit}${stretch === undefined ? '' : `, aim ${stretch}`}`
  const mark = limit === undefined ? ' ' : value > limit ? '!' : stretch !== undefined && value <= stretch ? '*' : ' '
  return `${mark} ${name.padEnd(52)} ${shown}  ${bounds}`.trimEnd()
}

void main()
