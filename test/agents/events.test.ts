import { describe, expect, it } from 'vitest'
import { beginningOf } from '../../src/agents/payload.ts'
import { recognize } from '../../src/agents/recognize.ts'
import type { AgentName } from '../../src/notification/agent.ts'

const nobody = { ancestors: [], variables: {} }

function read(agent: AgentName, payload: Record<string, unknown>, event?: string) {
  return recognize({ agent, event, payload, time: 1, cwd: '/call', caller: nobody })
}

type Row = [payload: Record<string, unknown>, meaning: string, more?: Record<string, unknown>, event?: string]

/** Made up, in the shapes that are documented. */
const recorded: Partial<Record<AgentName, Row[]>> = {
  claude: [
    [{ hook_event_name: 'UserPromptSubmit', prompt: 'go', prompt_id: 'p' }, 'started', { text: 'go', turn: 'p' }],
    [{ hook_event_name: 'Stop', last_assistant_message: 'ok', background_tasks: [] }, 'done', { text: 'ok' }],
    [{ hook_event_name: 'Stop', session_crons: [{}] }, 'paused'],
    [{ hook_event_name: 'Stop', agent_id: 'a' }, 'subagent'],
    [{ hook_event_name: 'StopFailure', error: 'rate_limit' }, 'failed', { text: 'rate limit' }],
    [
      { hook_event_name: 'StopFailure', error: 'unknown', last_assistant_message: 'API Error: 400 no' },
      'failed',
      { text: 'API Error: 400 no' },
    ],
    [{ hook_event_name: 'SubagentStop' }, 'subagent'],
    [
      { hook_event_name: 'PermissionRequest', tool_name: 'Bash', tool_input: { command: 'touch x' } },
      'needs-you',
      { asking: 'keep', tool: 'Bash', question: 'touch x', isCommand: true },
    ],
    [
      { hook_event_name: 'PreToolUse', tool_name: 'AskUserQuestion', tool_input: { questions: [{ question: 'A?' }] } },
      'needs-you',
      { asking: 'hold', question: 'A?' },
    ],
    [{ hook_event_name: 'PreToolUse', tool_name: 'Bash' }, 'active'],
    [
      { hook_event_name: 'Notification', notification_type: 'worker_permission_prompt' },
      'needs-you',
      { asking: 'tell' },
    ],
    [{ hook_event_name: 'Notification', notification_type: 'idle_prompt' }, 'idle'],
    [{ hook_event_name: 'Notification', notification_type: 'auth_success' }, 'passive'],
    [{ hook_event_name: 'SessionEnd', reason: 'clear' }, 'ended'],
    [{ hook_event_name: 'WorkspacePermissionAsked' }, 'needs-you', { asking: 'hold' }],
    [{ hook_event_name: 'WorkspacePermissionReplied' }, 'active'],
  ],
  codex: [
    [
      { hook_event_name: 'PermissionRequest', turn_id: '1', tool_name: 'Bash', tool_input: { command: ['ls', '-l'] } },
      'needs-you',
      { asking: 'hold', question: 'ls -l' },
    ],
    [{ hook_event_name: 'Interrupt', turn_id: '1' }, 'interrupted'],
    [
      { type: 'agent-turn-complete', 'turn-id': '1', 'last-assistant-message': 'ok', 'input-messages': ['Fix it'] },
      'done',
      { text: 'ok', turn: '1', helper: false },
    ],
    [
      { type: 'agent-turn-complete', 'input-messages': ['Generate a short title for this task: x'] },
      'done',
      { helper: true },
    ],
  ],
  gemini: [
    [{ hook_event_name: 'BeforeAgent', prompt: 'go' }, 'started', { text: 'go' }],
    [{ hook_event_name: 'AfterAgent', prompt_response: 'ok' }, 'done', { text: 'ok' }],
    [{ hook_event_name: 'AfterAgent', prompt_response: '[no response text]' }, 'interrupted'],
    [
      {
        hook_event_name: 'Notification',
        notification_type: 'ToolPermission',
        details: { type: 'exec', command: 'make' },
      },
      'needs-you',
      { asking: 'hold', question: 'make' },
    ],
    [{ hook_event_name: 'AfterTool' }, 'active'],
  ],
  copilot: [
    [{ sessionId: 's', timestamp: 5, prompt: 'go' }, 'started', { text: 'go' }, 'userPromptSubmitted'],
    [{ sessionId: 's', timestamp: 5, stopReason: 'end_turn' }, 'done', {}, 'agentStop'],
    [
      { sessionId: 's', timestamp: 5, toolName: 'bash', toolInput: { command: 'rm x' } },
      'needs-you',
      { asking: 'hold', question: 'rm x' },
      'permissionRequest',
    ],
    [{ sessionId: 's', timestamp: 5, error: { message: 'boom' } }, 'failed', { text: 'boom' }, 'errorOccurred'],
    [
      { hook_event_name: 'Notification', notification_type: 'permission_prompt', message: 'm' },
      'needs-you',
      { asking: 'join' },
    ],
    [{ hook_event_name: 'Notification', notification_type: 'shell_completed' }, 'passive'],
    [{ hook_event_name: 'UserPromptSubmit', session_id: 's', prompt: 'go' }, 'started', { text: 'go' }],
    [{ sessionId: 's', timestamp: 5 }, 'subagent', {}, 'subagentStop'],
  ],
  cursor: [
    [
      { hook_event_name: 'beforeSubmitPrompt', conversation_id: 'c', generation_id: 'g', workspace_roots: ['/w/p'] },
      'started',
      { turn: 'g', cwd: '/w/p', session: 'c' },
    ],
    [{ hook_event_name: 'stop', status: 'completed' }, 'done'],
    [{ hook_event_name: 'stop', status: 'aborted' }, 'interrupted'],
    [{ hook_event_name: 'stop', status: 'error' }, 'failed'],
    [{ hook_event_name: 'afterAgentResponse', text: 'ok' }, 'active', { text: 'ok' }],
  ],
  opencode: [
    [{ type: 'session.status', properties: { sessionID: 'o', status: { type: 'busy' } } }, 'started', { session: 'o' }],
    [{ type: 'session.idle', properties: { sessionID: 'o' } }, 'done'],
    [{ type: 'session.error', properties: { sessionID: 'o', error: { name: 'MessageAbortedError' } } }, 'interrupted'],
    [
      { type: 'session.error', properties: { error: { name: 'APIError', data: { message: 'boom' } } } },
      'failed',
      { text: 'boom' },
    ],
    [
      { type: 'permission.v2.asked', properties: { sessionID: 'o', permission: 'bash', patterns: ['ls *'] } },
      'needs-you',
      { asking: 'hold', tool: 'bash', question: 'ls *' },
    ],
    [
      { type: 'question.asked', properties: { sessionID: 'o', questions: [{ question: 'A?' }] } },
      'needs-you',
      { question: 'A?' },
    ],
    [{ type: 'permission.replied', properties: { sessionID: 'o' } }, 'active'],
    [
      { type: 'session.created', properties: { info: { id: 'child', parentID: 'o' } } },
      'subagent',
      { child: true, session: 'child' },
    ],
    [{ type: 'session.idle', properties: 5 }, 'done'],
  ],
  goose: [
    [{ event: 'UserPromptSubmit', session_id: 'g', message: 'go' }, 'started', { text: 'go' }],
    [{ event: 'Stop', session_id: 'g', last_assistant_message: 'ok' }, 'done', { text: 'ok' }],
  ],
  amp: [
    [{ type: 'agent.start', thread: { id: 't' }, message: 'go' }, 'started', { session: 't' }],
    [
      {
        type: 'agent.end',
        thread: { id: 't' },
        status: 'done',
        messages: [{ role: 'assistant', content: [{ text: 'ok' }] }],
      },
      'done',
      { text: 'ok' },
    ],
    [{ type: 'agent.end', thread: { id: 't' }, status: 'cancelled' }, 'interrupted'],
    [{ type: 'agent.end', thread: { id: 't' }, status: 'error' }, 'failed'],
  ],
  aider: [[{}, 'needs-you', { asking: 'hold' }]],
  qwen: [
    [{ hook_event_name: 'Stop', session_id: 'q' }, 'done'],
    [{ hook_event_name: 'PermissionRequest', tool_name: 'x' }, 'needs-you', { asking: 'hold' }],
  ],
  kiro: [
    [{ hook_event_name: 'userPromptSubmit', prompt: 'go' }, 'started'],
    [{ hook_event_name: 'stop' }, 'done'],
  ],
  windsurf: [
    [{ agent_action_name: 'pre_user_prompt', trajectory_id: 't' }, 'started', { session: 't' }],
    [{ agent_action_name: 'post_cascade_response', tool_info: { response: 'ok' } }, 'done', { text: 'ok' }],
  ],
  generic: [
    [{ session: 's', text: 'ok' }, 'done', { text: 'ok' }, 'done'],
    [{ event: 'needs-you', session: 's', tool: 'Bash', question: 'x?' }, 'needs-you', { tool: 'Bash', question: 'x?' }],
  ],
}

describe.each(Object.entries(recorded))('the events of %s', (agent, rows) => {
  it.each(rows)('%j: %s', (payload, meaning, more = {}, event) => {
    expect(read(agent as AgentName, payload, event)).toMatchObject({ agent, meaning, ...more })
  })
})

describe('whose event it is', () => {
  it('is decided by the shape of the payload where the command line differs', () => {
    expect(
      read('claude', { conversation_id: 'c', cursor_version: '1', hook_event_name: 'stop', status: 'completed' }),
    ).toMatchObject({ agent: 'cursor' })
    expect(read('claude', { hook_event_name: 'AfterAgent', session_id: 's' })).toMatchObject({ agent: 'gemini' })
    expect(read('claude', { sessionId: 's', timestamp: 5 }, 'agentStop')).toMatchObject({ agent: 'copilot' })
  })

  it('is decided by the program that called where its shape does not tell', () => {
    const stat = (pid: number, comm: string) => ({
      pid,
      comm,
      ppid: 1,
      state: 'S',
      pgrp: 1,
      session: 1,
      tty: 0,
      tpgid: -1,
      threads: 1,
      startTicks: 1,
      cpuTicks: 0,
    })
    const caller = { ancestors: [stat(9, 'sh'), stat(8, 'copilot')], variables: {} }
    const payload = { hook_event_name: 'Stop', session_id: 's' }
    expect(recognize({ agent: 'claude', event: undefined, payload, time: 1, cwd: '/', caller })).toMatchObject({
      agent: 'copilot',
    })
  })

  it('is nobody’s without the name of an event', () => {
    expect(read('claude', { session_id: 's' })).toBeUndefined()
    expect(read('claude', { hook_event_name: 7 })).toBeUndefined()
  })
})

describe('a payload that is too large', () => {
  it('is known by the texts at its top, as far as it was read', () => {
    const text =
      '{"session_id": "s", "n": 1, "tool_input": {"cwd": "/wrong", "a": ["x", {"b": 2}]}, "cwd": "/r\\"ight", "last": "cut o'
    expect({ ...beginningOf(text) }).toEqual({ session_id: 's', cwd: '/r"ight' })
    expect({ ...beginningOf('[1, "a"]') }).toEqual({})
    expect({ ...beginningOf('') }).toEqual({})
  })
})
