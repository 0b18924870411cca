import { conforms, seed, seedFile } from '../conformance.ts';

conforms('embedded PostgreSQL', async () => {
  const { path, remove } = await seedFile(seed);
  return { connection: { type: 'embedded', seed: path }, release: remove };
});
