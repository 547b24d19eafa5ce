import { away as ask } from '../../src/away/index.ts'
import { waitFor } from './wait.ts'

/** Whether nobody is looking, asked again where a busy machine took longer than the 300 ms that are waited for it. */
export function away(...args: Parameters<typeof ask>): ReturnType<typeof ask> {
  return waitFor('an answer in time', async () => {
    const found = await ask(...args)
    return !found.source.startsWith('no answer within') && found
  })
}
