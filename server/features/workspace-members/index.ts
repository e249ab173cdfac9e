// Front door of the members of workspaces.
import { addMember } from './add.endpoint.ts';
import { listMembers } from './list.endpoint.ts';
import { removeMember } from './remove.endpoint.ts';

export const workspaceMemberEndpoints = [listMembers, addMember, removeMember];
