// Builds dist/ and says nothing but what is wrong: the program rolldown itself lists every file.
import { rolldown } from 'rolldown'
import { loadConfig } from 'rolldown/config'

const config = await loadConfig('src/build/rolldown.config.ts')
for (const { output, ...input } of [config].flat()) {
  const bundle = await rolldown(input)
  for (const one of [output].flat()) await bundle.write(one)
  await bundle.close()
}
