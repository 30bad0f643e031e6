"""Runs a block of Seam's guide "Issuing Various Types of Guest Mobile Credentials" with Seam's official Python client.

    python run_guide.py BLOCK < values.json

BLOCK is a file of `guide/`, which holds the block as Seam published it. Only the corrections below are made to it. `values.json`
has the values of the block's placeholders and the dates. Prints the ids of the credentials that the block created, in order.
"""

import json
import os
import sys
from pathlib import Path

from seam import Seam

block, values = Path(__file__).parent / "guide" / sys.argv[1], json.load(sys.stdin)

# Typing slips: what Seam's own client cannot run, with what it publishes for it.
SLIPS = {
    "seam.acs.user.get": "seam.acs.users.get",
    "acs_user_id=acs_user.acs_user_id\n": "acs_user_id=acs_user.acs_user_id,\n",
    "acs_user_id=first_acs_user.acs_user_id\n": "acs_user_id=first_acs_user.acs_user_id,\n",
    "acs_user_id=second_acs_user.acs_user_id\n": "acs_user_id=second_acs_user.acs_user_id,\n",
    'credential_manager_acs_system_id="xxx"\n': 'credential_manager_acs_system_id="xxx",\n',
}
# Placeholders of ids and the dates of a day that is over.
FILLED = {
    'credential_manager_acs_system_id="xxx"': f'credential_manager_acs_system_id="{values["manager"]}"',
    'acs_user_id="xxx"': f'acs_user_id="{values["user"]}"',
    'acs_user_id="yyy"': f'acs_user_id="{values.get("second_user")}"',
    '"2023-01-01 10:40:00.000"': json.dumps(values["starts_at"]),
    '"2023-01-04 10:40:00.000"': json.dumps(values["ends_at"]),
}

code = block.read_text()
for written, corrected in {**SLIPS, **FILLED}.items():
    code = code.replace(written, corrected)

seam = Seam(api_key=os.environ["SEAM_API_KEY"], endpoint=os.environ["SEAM_ENDPOINT"])
hotel_acs_system_id = values["system"]
doors = seam.acs.entrances.list(acs_system_id=hotel_acs_system_id)
created = []
create = seam.acs.credentials.create


def create_and_keep(**parameters):
    credential = create(**parameters)
    created.append(credential.acs_credential_id)
    return credential


seam.acs.credentials.create = create_and_keep
main_entrance = next(door for door in doors if door.display_name == "Main Entrance")
exec(compile(code, str(block), "exec"))
print(json.dumps(created))
