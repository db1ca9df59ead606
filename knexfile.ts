import { knexfile } from '@janus/knex';

// One environment per dialect; see .env.example for what each reads.
export default knexfile();
