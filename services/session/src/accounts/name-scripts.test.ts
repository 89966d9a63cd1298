import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mixesScripts } from './name-scripts.ts'

test('scripts that are written together pass, others do not', () => {
  const pass = [
    'juliet',
    'j.o-h_n+1',
    'josé',
    'жанна',
    'жанна-2',
    'νίκος',
    'עדה',
    'محمد٣',
    '田中さん',
    'tanaka田中',
    '김철수abc',
    'ไทย',
    'ꮓꮃꭹ',
  ]
  const mixed = ['pаypal', 'αlpha', 'жannа', 'νикос', 'abcעדה', 'ひ한', '1٣']
  for (const name of pass) assert.equal(mixesScripts(name), false, name)
  for (const name of mixed) assert.equal(mixesScripts(name), true, name)
})
