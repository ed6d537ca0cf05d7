/** Another program of the node sends thousands of packets. */
import { whenDialling, type LabDisturbance } from '../attack.ts'

export const busy: LabDisturbance = {
  id: 'busy',
  what: 'another program of the node sends to 20,000 ports while it dials',
  node: 'saorsa-7',
  begin: (lab, node) =>
    whenDialling(
      lab,
      node,
      'perl -MSocket -e "socket(S,PF_INET,SOCK_DGRAM,17); for (1..20000) { send(S,chr(1),0,sockaddr_in(20000+\\$_,inet_aton(q(198.18.1.10)))) }"',
      'place',
    ),
}
