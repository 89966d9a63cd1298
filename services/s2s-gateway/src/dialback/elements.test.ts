import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import type { ParsedElement } from '@heliograph/xml'
import { answers } from './elements.ts'

const asked = { from: ensureDomain('ours.example'), to: ensureDomain('münchen.example'), id: 'x' }

for (const [attrs, is] of [
  [{ from: 'münchen.example', to: 'ours.example', id: 'x' }, true],
  [{ from: 'xn--mnchen-3ya.example', to: 'OURS.example', id: 'x' }, true],
  [{ from: 'münchen.example', to: 'ours.example', id: 'X' }, false],
  [{ from: 'ours.example', to: 'münchen.example', id: 'x' }, false],
  [{ from: 'bank.example', to: 'ours.example', id: 'x' }, false],
  [{ id: 'x' }, false],
] as const)
  test(`${JSON.stringify(attrs)} ${is ? 'answers' : 'is nothing to us'}`, () => {
    assert.equal(answers({ element: { attrs } } as unknown as ParsedElement, asked), is)
  })
