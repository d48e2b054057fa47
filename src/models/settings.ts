import { z } from 'zod'
import { modelKindSchema, modelPriceSchema } from '../core/language-model.ts'

/** Where a model server is. `apiKey` is null for servers that want none, such as a local one. */
export const modelEndpointSettingsSchema = z.object({
	baseUrl: z.url({ protocol: /^https?$/ }),
	apiKey: z.string().min(1).nullable(),
})

/** What an alias stands for. `timeoutMs` is the silence allowed before the first byte and between two pieces, not a total. */
export const modelAliasSettingsSchema = z.object({
	endpoint: z.string().min(1),
	model: z.string().min(1),
	kind: modelKindSchema,
	price: modelPriceSchema,
	allowsTemperature: z.boolean(),
	timeoutMs: z.number().int().positive(),
})
export type ModelAliasSettings = z.infer<typeof modelAliasSettingsSchema>

/** Every server and every alias of an installation. */
export const modelSettingsSchema = z
	.object({
		endpoints: z.record(z.string().min(1), modelEndpointSettingsSchema),
		aliases: z.record(z.string().min(1), modelAliasSettingsSchema),
	})
	.check((context) => {
		for (const [alias, settings] of Object.entries(context.value.aliases)) {
			if (Object.hasOwn(context.value.endpoints, settings.endpoint)) continue
			const known = Object.keys(context.value.endpoints).join(', ')
			context.issues.push({
				code: 'custom',
				input: settings.endpoint,
				path: ['aliases', alias, 'endpoint'],
				message: `there is no endpoint named ${settings.endpoint}; known: ${known}`,
			})
		}
	})
export type ModelSettings = z.infer<typeof modelSettingsSchema>
