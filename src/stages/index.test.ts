import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { needOf, type StageNeeds } from '../core/stage.ts'
import { stagePromptFolders, stages } from './index.ts'

test('every folder of a stage is in the registry, once', () => {
	const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true })
		.filter((entry) => entry.isDirectory())
		.map(({ name }) => name)
	expect(stages.map(({ kind }) => kind).toSorted()).toEqual(folders.toSorted())
	expect(stagePromptFolders.map(({ owner }) => owner).toSorted()).toEqual(folders.toSorted())
})

test('a stage needs only stages that come before it', () => {
	for (const [index, stage] of stages.entries()) {
		const before = stages.slice(0, index).map(({ kind }) => kind)
		const needs: StageNeeds = stage.needs
		for (const needed of Object.values(needs)) expect(before).toContain(needOf(needed).stage.kind)
	}
})
