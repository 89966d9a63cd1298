import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { selectCases } from '../cases.ts'
import { type Measurement, medianOf } from '../measure/measurement.ts'
import { type Column, detailTable, mainTable, mediansOf } from './tables.ts'

const rows = selectCases(['chat-closed'])

function measurement(cost: number, lost = 0): Measurement {
  return {
    units: 1000,
    seconds: 2,
    asked: undefined,
    figures: new Map([
      ['server', cost - 10],
      ['Postgres', 10],
    ]),
    p50Micros: 800,
    p99Micros: 1800,
    lost,
    duplicated: 0,
    reordered: 0,
    errors: 0,
    generatorMicros: 20,
    generatorBusy: 0.5,
  }
}

function column(name: string, peer: boolean, cost: number): Column {
  return { name, peer, version: name, results: new Map([['chat-closed', measurement(cost)]]) }
}

const columns = [column('ejabberd', true, 200), column('prosody', true, 120), column('standalone', false, 60)]

describe('mainTable', () => {
  it('gives ours as a multiple of the best peer', () => {
    assert.match(mainTable(rows, columns), /\| chat closed \| µs per stanza \| 200 \| 120 \| \*\*60.0\*\* \(×0.50\) \|/)
  })
})

describe('mainTable with everything switched on', () => {
  it('gives that as a multiple of the same without', () => {
    const all = column('standalone-all', false, 63)
    assert.match(mainTable(rows, [...columns, all]), /\(×0.50\) \| \*\*63.0\*\* \(×1.05\) \|/)
  })
})

describe('mediansOf', () => {
  it('makes one column a target, with the median of its turns', () => {
    const rounds = [60, 90, 70].map((cost) => [
      column('standalone', false, cost),
      column('standalone-all', false, cost + 7),
    ])
    const medians = mediansOf(rounds)
    assert.deepEqual(
      medians.map(({ name }) => name),
      ['standalone', 'standalone-all'],
    )
    assert.match(mainTable(rows, medians), /\| 70.0 \| \*\*77.0\*\* \(×1.10\) \|/)
  })
})

describe('faults', () => {
  it('stand in both tables', () => {
    const bad = { ...column('standalone', false, 60), results: new Map([['chat-closed', measurement(60, 2)]]) }
    assert.match(mainTable(rows, [bad]), /60.0, \*\*faults\*\*/)
    assert.match(detailTable(rows, [bad]), /\*\*2 \/ 0 \/ 0 \/ 0\*\*/)
  })
})

describe('detailTable', () => {
  it('splits by process group', () => {
    assert.match(
      detailTable(rows, columns),
      /standalone \| server 50.0 \+ Postgres 10.0 \| 500\/s \| 0.80 \| 1.80 \| 0 \|/,
    )
  })
})

describe('medianOf', () => {
  it('takes the median run and the faults of all', () => {
    const median = medianOf([measurement(30), measurement(90, 1), measurement(50)])
    assert.equal(median.figures.get('server'), 40)
    assert.equal(median.lost, 1)
  })
})
