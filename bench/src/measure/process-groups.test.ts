import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { difference, groupProcesses } from './process-groups.ts'
import { parseStat, readProcessTable, readPss } from './process-table.ts'

function entry(pid: number, parent: number, command: string) {
  return [pid, { pid, parent, command, cpuMicros: 0 }] as const
}

describe('parseStat', () => {
  it('reads times and survives an odd command', () => {
    const line = '42 (a (b) c) S 7 42 42 0 -1 4194560 100 0 0 0 3 4 5 6 20 0 1 0 100 1 1'
    assert.deepEqual(parseStat(line), { pid: 42, parent: 7, command: 'a (b) c', cpuMicros: 180_000 })
  })
})

describe('readProcessTable', () => {
  it('shows this process', () => {
    assert.equal(readProcessTable().get(process.pid)?.parent, process.ppid)
    assert.ok(readPss(process.pid) > 1024)
  })
})

describe('groupProcesses', () => {
  it('counts descendants with their root and backing programs apart', () => {
    const table = new Map([
      entry(1, 0, 'init'),
      entry(10, 1, 'node'),
      entry(11, 10, 'helper'),
      entry(12, 10, 'postgres'),
      entry(13, 12, 'postgres'),
      entry(20, 1, 'other'),
    ])
    const groups = groupProcesses(new Map([['standalone', [10]]]), table)
    const pids = [...groups].map(([name, members]) => [name, members.map((member) => member.pid)])
    assert.deepEqual(pids, [
      ['standalone', [10, 11]],
      ['Postgres', [12, 13]],
    ])
  })
  it('refuses a root that has ended', () => {
    assert.throws(() => groupProcesses(new Map([['gone', [99]]]), new Map()), /has ended/)
  })
})

describe('difference', () => {
  it('takes a new group as starting from nothing', () => {
    const gained = difference(
      new Map([['a', 2]]),
      new Map([
        ['a', 5],
        ['b', 1],
      ]),
    )
    assert.deepEqual(
      [...gained],
      [
        ['a', 3],
        ['b', 1],
      ],
    )
  })
})
