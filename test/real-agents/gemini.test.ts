import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RealAgent, serverSentEvents } from './agent.ts'
import { runScenarios } from './scenarios.ts'
import { type Act, turnOf } from './script.ts'

const gemini: RealAgent = {
  name: 'gemini',
  program: ['node', '@google/gemini-cli/bundle/gemini.js'],
  setUp({ home, project, model }) {
    mkdirSync(join(home, '.gemini'))
    const settings = {
      security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
      general: { disableAutoUpdate: true, enableAutoUpdate: false },
      privacy: { usageStatisticsEnabled: false },
      ide: { hasSeenNudge: true },
    }
    writeFileSync(join(home, '.gemini/settings.json'), JSON.stringify(settings))
    writeFileSync(join(home, '.gemini/trustedFolders.json'), JSON.stringify({ [project]: 'TRUST_FOLDER' }))
    return { GEMINI_API_KEY: 'x', GOOGLE_GEMINI_BASE_URL: model }
  },
  read(path, { contents, tools }) {
    if (!path.includes('streamGenerateContent') || !Array.isArray(tools)) return undefined
    const parts = (contents as { role: string; parts: { text?: string; functionResponse?: object }[] }[])
      .filter(({ role }) => role === 'user')
      .flatMap((content) => content.parts)
    return turnOf(
      parts.map(({ text, functionResponse }) => ({ ...(text && { text }), isResult: functionResponse !== undefined })),
    )
  },
  write(act) {
    if (act.kind === 'fail') {
      const error = { code: 400, status: 'INVALID_ARGUMENT', message: 'nothing of it' }
      return { status: 400, type: 'application/json', body: JSON.stringify({ error }) }
    }
    const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 }
    const candidate = { index: 0, content: { role: 'model', parts: [partOf(act)] }, finishReason: 'STOP' }
    return serverSentEvents([{ candidates: [candidate], usageMetadata }], { named: false })
  },
  ready: /Type your message/,
  asks: /Allow execution of/,
  keys: { yes: 'Enter', no: 'Escape', interrupt: 'Escape' },
  shell: 'exec',
  // Its hooks know no failures, and cannot decide.
  lacks: ['failure', 'background task', 'sub-agent', 'remote answer', 'dialog meanwhile'],
}

function partOf(act: Exclude<Act, { kind: 'fail' }>) {
  if (act.kind === 'say') return { text: act.text }
  const command = act.kind === 'run' ? act.command : ''
  return { functionCall: { name: 'run_shell_command', args: { command, description: 'as asked' } } }
}

runScenarios(gemini)
