"""Lets the models of Azure's management SDKs judge messages to and from the Resource Manager.

Reads one exchange a line from stdin (method, url, request, status, answer, as JSON), and prints one line for each
verdict that is not in order, and a last one with what was judged.

Each SDK's operations say by which path and method they are asked, which model their request is, and which their answer
is; the models say which members there are, of which type, which values an enumeration has, and which members only the
service writes. Two generations of generated code are read: that of `_attribute_map` and that of `rest_field`.
"""

import enum
import functools
import importlib
import inspect
import json
import re
import sys
import types
import typing
from urllib.parse import parse_qs, unquote, urlsplit

PACKAGES = [
    "azure.mgmt.cosmosdb",
    "azure.mgmt.mysqlflexibleservers",
    "azure.mgmt.postgresqlflexibleservers",
    "azure.mgmt.dataprotection",
    "azure.mgmt.network",
    "azure.mgmt.authorization.v2022_04_01",
]
# The resources that are judged: of the network's many, those that lead to databases.
NETWORK = re.compile(r"/privateEndpoints", re.I)


class Operation:
    def __init__(self, method, template, version, names, request, response, models):
        self.method, self.template, self.version, self.names = method, template, version, names
        self.request, self.response, self.models = request, response, models
        # Of two templates that fit, the one with fewer holes is meant.
        self.holes = template.count("{")
        pattern = re.sub(r"\\\{[^}]*\\\}", "([^/]+)", re.escape(template))
        # What a role assignment extends is a path of its own.
        pattern = pattern.replace("/([^/]+)/providers/Microsoft\\.Authorization", "/(.+)/providers/Microsoft\\.Authorization")
        self.pattern = re.compile(f"^{pattern}$", re.I)


def names_of(builder):
    """What the names in a path have to be, as the function that makes the request says it."""
    rules = r'"(\w+)": _SERIALIZER\.url\(\s*"\w+",\s*\w+,\s*"str"((?:,\s*\w+=(?:\d+|r"[^"]*"))*),?\s*\)'
    return {
        hole: {
            key: int(number) if number else text
            for key, number, text in re.findall(r'(\w+)=(?:(\d+)|r"([^"]*)")', written)
        }
        for hole, written in re.findall(rules, builder)
    }


def operations_of(name):
    models = importlib.import_module(f"{name}.models")
    folder = importlib.import_module(f"{name}.operations")
    modules = {inspect.getmodule(member) for _, member in inspect.getmembers(folder, inspect.isclass)}
    for module in modules:
        if module is None or not module.__name__.startswith(name):
            continue
        source = inspect.getsource(module)
        builders = {}
        for builder in re.findall(r"^def (build_\w+_request)\(.*?(?=^def |^class )", source, re.M | re.S):
            text = inspect.getsource(getattr(module, builder))
            template = re.search(r'_url = (?:kwargs\.pop\(\s*"template_url",\s*)?((?:"[^"]*"\s*)+)', text)
            method = re.search(r'HttpRequest\(\s*method="(\w+)"', text)
            version = re.search(r'"api-version", "([^"]+)"', text)
            if template and method:
                path = "".join(re.findall(r'"([^"]*)"', template.group(1)))
                builders[builder] = (method.group(1), path, version and version.group(1), names_of(text))
        for _, group in inspect.getmembers(module, inspect.isclass):
            if group.__module__ != module.__name__:
                continue
            found = {}
            for _, function in inspect.getmembers(group, inspect.isfunction):
                text = inspect.getsource(function)
                called = re.search(r"(build_\w+_request)\(", text)
                if called is None or called.group(1) not in builders:
                    # What begins a long operation calls the function that makes its request.
                    called = re.search(r"self\.(_\w+_initial)\(", text)
                    key = called and called.group(1)
                else:
                    key = called.group(1)
                if key is None:
                    continue
                request = re.search(r'self\._serialize\.body\(\w+, "(\w+)"\)', text) or re.search(
                    r": Union\[_models\.(\w+), (?:JSON, )?IO\[bytes\]\]", text
                )
                response = re.search(
                    r'self\._deserialize\("(\w+)", pipeline_response|_deserialize\((?:_models\.(\w+)|List\[_models\.(\w+)\])[^)]*?(?:response\.json\(\)|deserialized\.get)',
                    text,
                )
                entry = found.setdefault(function.__name__ if function.__name__.endswith("_initial") else key, {})
                if request:
                    entry["request"] = request.group(1)
                if response:
                    name_, is_list = next(
                        ((value, index == 2) for index, value in enumerate(response.groups()) if value), (None, False)
                    )
                    entry["response"] = (name_, is_list)
                builder = re.search(r"(build_\w+_request)\(", text)
                if builder:
                    entry["builder"] = builder.group(1)
            for entry in found.values():
                if entry.get("builder") in builders:
                    method, path, version, names = builders[entry["builder"]]
                    if name.endswith("network") and not NETWORK.search(path):
                        continue
                    yield Operation(method, path, version, names, entry.get("request"), entry.get("response"), models)


def rest_fields(model):
    """They are put together when the first of its objects is made."""
    if "_attr_to_rest_field" not in vars(model):
        model.__new__(model)
    return model._attr_to_rest_field


class Fields:
    """The members of a model, whichever generation it is of."""

    def __init__(self, model):
        self.members = {}
        attribute_map = getattr(model, "_attribute_map", None)
        if attribute_map is not None:
            documented = dict(re.findall(r":vartype (\w+): (.*(?:\n     .*)*)", inspect.getdoc(model) or ""))
            for cls in model.__mro__:
                for attribute, entry in getattr(cls, "_attribute_map", {}).items():
                    if attribute in self.members:
                        continue
                    known = re.search(r"~([\w.]+)", documented.get(attribute, ""))
                    key = [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", entry["key"])]
                    rules = {}
                    for base in reversed(model.__mro__):
                        rules.update(getattr(base, "_validation", {}).get(attribute, {}))
                    self.members[attribute] = (key, ("text", entry["type"], known and known.group(1)), rules)
        else:
            hints = {}
            for cls in reversed(model.__mro__):
                if cls.__module__.startswith("azure.mgmt"):
                    module = sys.modules[cls.__module__]
                    models = importlib.import_module(cls.__module__.rsplit(".", 1)[0])
                    hints.update(typing.get_type_hints(cls, {**vars(module), "_models": models}))
            for attribute, field in rest_fields(model).items():
                visibility = field._visibility
                hint = hints.get(attribute)
                required = hint is not None and type(None) not in typing.get_args(hint)
                rules = {"readonly": visibility == ["read"], "visibility": visibility, "required": required}
                self.members[attribute] = ([field._rest_name], ("hint", hint), rules)


@functools.cache
def fields_of(model):
    return Fields(model)


class Judge:
    def __init__(self, models, writes, method):
        self.models, self.writes, self.method = models, writes, method
        self.verdicts = []

    def say(self, path, verdict):
        self.verdicts.append(f"{path or 'body'}: {verdict}")

    def model(self, value, model, path):
        if not isinstance(value, dict):
            return self.say(path, f"{json.dumps(value)} in place of {model.__name__}")
        model = self.subtype(value, model)
        members = fields_of(model).members.values()
        # A flattened model has members within members: those of one parent are judged together.
        for name, present in value.items():
            here = f"{path}.{name}" if path else name
            own = [(key, kind, rules) for key, kind, rules in members if key[0].lower() == name.lower()]
            if not own:
                self.say(here, f"{model.__name__} has no such member")
                continue
            if all(key[0] != name for key, _, _ in own):
                self.say(here, f"{model.__name__} writes it {own[0][0][0]}")
            whole = [(kind, rules) for key, kind, rules in own if len(key) == 1]
            if whole:
                self.member(present, *whole[0], here)
            elif isinstance(present, dict):
                for inner, innermost in present.items():
                    there = f"{here}.{inner}"
                    found = [(kind, rules) for key, kind, rules in own if key[1].lower() == inner.lower()]
                    if found:
                        self.member(innermost, *found[0], there)
                    else:
                        self.say(there, f"{model.__name__} has no such member")
        if not self.writes or self.method in ("PUT", "POST"):
            for key, _, rules in members:
                if rules.get("required") and not (self.writes and rules.get("readonly")) and not self.has(value, key):
                    self.say(f"{path}.{'.'.join(key)}".strip("."), f"{model.__name__} requires it")

    @staticmethod
    def has(value, key):
        for name in key:
            if not isinstance(value, dict) or name not in value:
                return False
            value = value[name]
        return True

    @staticmethod
    def subtype(value, model):
        found = model
        for attribute, names in getattr(model, "_subtype_map", {}).items():
            name = names.get(value.get(model._attribute_map[attribute]["key"]))
            found = getattr(sys.modules[model.__module__], name) if name else found
        for name, subtype in getattr(model, "__mapping__", {}).items():
            for field in rest_fields(model).values():
                if field._is_discriminator and value.get(field._rest_name) == name:
                    found = subtype
        # A subtype inherits its base's list of subtypes.
        return model if found is model else Judge.subtype(value, found)

    def member(self, value, kind, rules, path):
        if self.writes:
            visibility = rules.get("visibility")
            verb = {"PUT": "create", "PATCH": "update", "POST": None}[self.method]
            if rules.get("readonly"):
                return self.say(path, "only the service writes it")
            if visibility and verb and verb not in visibility and not (verb == "create" and "update" in visibility):
                return self.say(path, f"not to be sent by {self.method} ({', '.join(visibility)})")
        if value is None:
            return None
        self.bounds(value, rules, path)
        if kind[0] == "hint":
            return self.hint(value, kind[1], path)
        return self.text(value, kind[1], kind[2], path)

    def bounds(self, value, rules, path):
        """As msrest checks them before it sends anything."""
        least, most = rules.get("minimum"), rules.get("maximum")
        if type(value) in (int, float) and (
            (least is not None and value < least) or (most is not None and value > most)
        ):
            self.say(path, f"{json.dumps(value)} is not from {least} to {most}")
        for kind, (fewest, longest) in {
            str: (rules.get("min_length"), rules.get("max_length")),
            list: (rules.get("min_items"), rules.get("max_items")),
        }.items():
            if isinstance(value, kind) and not (fewest or 0) <= len(value) <= (len(value) if longest is None else longest):
                self.say(path, f"{json.dumps(value)} is not {fewest} to {longest} long")
        if isinstance(value, str) and not re.match(rules.get("pattern") or "", value):
            self.say(path, f"{json.dumps(value)} does not match {rules['pattern']}")

    def text(self, value, written, known, path):
        if written.startswith("[") or written.startswith("{"):
            inner = written[1:-1]
            of = list if written[0] == "[" else dict
            if not isinstance(value, of):
                return self.say(path, f"{json.dumps(value)} in place of {written}")
            items = enumerate(value) if of is list else value.items()
            for name, each in items:
                self.text(each, inner, known, f"{path}[{name}]" if of is list else f"{path}.{name}")
            return None
        if written in ("object", "duration"):
            return None
        if written in ("str", "iso-8601", "rfc-1123"):
            if not isinstance(value, str):
                return self.say(path, f"{json.dumps(value)} in place of a text")
            return self.enumeration(value, known, path)
        if written in ("int", "long"):
            return None if type(value) is int else self.say(path, f"{json.dumps(value)} in place of a whole number")
        if written == "float":
            return None if type(value) in (int, float) else self.say(path, f"{json.dumps(value)} in place of a number")
        if written == "bool":
            return None if type(value) is bool else self.say(path, f"{json.dumps(value)} in place of a boolean")
        return self.model(value, getattr(self.models, written), path)

    def enumeration(self, value, known, path):
        found = known and getattr(self.models, known.rsplit(".", 1)[-1], None)
        if inspect.isclass(found) and issubclass(found, enum.Enum):
            allowed = [each.value for each in found]
            if value not in allowed:
                self.say(path, f"{json.dumps(value)} is none of {', '.join(allowed)}")

    def hint(self, value, hint, path):
        origin, args = typing.get_origin(hint), typing.get_args(hint)
        if origin in (typing.Union, types.UnionType):
            args = [each for each in args if each is not type(None)]
            enums = [each for each in args if inspect.isclass(each) and issubclass(each, enum.Enum)]
            if enums:
                allowed = [member.value for each in enums for member in each]
                if value not in allowed:
                    self.say(path, f"{json.dumps(value)} is none of {', '.join(allowed)}")
                return None
            return self.hint(value, args[0], path)
        if origin in (list, dict):
            if not isinstance(value, origin):
                return self.say(path, f"{json.dumps(value)} in place of {hint}")
            items = enumerate(value) if origin is list else value.items()
            for name, each in items:
                self.hint(each, args[-1], f"{path}[{name}]" if origin is list else f"{path}.{name}")
            return None
        if hint in (str, int, bool):
            return None if type(value) is hint else self.say(path, f"{json.dumps(value)} in place of {hint.__name__}")
        if inspect.isclass(hint) and hint.__module__.startswith("azure.mgmt"):
            return self.model(value, hint, path)
        return None


def judge(exchange, operations):
    """The verdicts on one exchange."""
    url = urlsplit(exchange["url"])
    path, version = unquote(url.path), parse_qs(url.query).get("api-version", [""])[0]
    fitting = [each for each in operations if each.method == exchange["method"] and each.pattern.match(path)]
    if not fitting:
        return ["no such method and path"], False
    operation = min(fitting, key=lambda each: each.holes)
    names = Judge(operation.models, True, exchange["method"])
    # A path that Azure refuses is no mistake of whoever asked on purpose.
    if exchange["status"] < 400:
        holes = re.findall(r"\{(\w+)\}", operation.template)
        for hole, name in zip(holes, operation.pattern.match(path).groups()):
            names.bounds(name, operation.names.get(hole, {}), hole)
    verdicts = [f"path {verdict}" for verdict in names.verdicts]
    body = exchange.get("request")
    if body is not None and operation.request is None:
        verdicts.append("request: takes no body")
    elif body is not None:
        judged = Judge(operation.models, True, exchange["method"])
        judged.model(body, getattr(operation.models, operation.request), "")
        verdicts += [f"request {verdict}" for verdict in judged.verdicts]
    response = exchange.get("answer")
    if response is not None and exchange["status"] in (200, 201) and operation.response:
        name, is_list = operation.response
        judged = Judge(operation.models, False, exchange["method"])
        model = getattr(operation.models, name)
        if is_list:
            for index, each in enumerate(response["value"]):
                judged.model(each, model, f"value[{index}]")
        else:
            judged.model(response, model, "")
        verdicts += [f"answer {verdict}" for verdict in judged.verdicts]
    elif response is not None and exchange["status"] in (200, 201):
        verdicts.append("answer: has no model")
    elif response is not None and exchange["status"] >= 400:
        error = response.get("error")
        if not isinstance(error, dict) or not all(isinstance(error.get(key), str) for key in ("code", "message")):
            verdicts.append("answer error: code or message is missing")
    return verdicts, operation.version in (None, version)


def main():
    operations = [operation for name in PACKAGES for operation in operations_of(name)]
    count, bodies, exact, tally = 0, 0, 0, {}
    for line in sys.stdin:
        exchange = json.loads(line)
        verdicts, same_version = judge(exchange, operations)
        count += 1
        bodies += exchange.get("request") is not None
        exact += same_version
        where = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\?.*", "", exchange["url"])
        kind = re.sub(r"^.*/providers/", "", where)
        for verdict in verdicts:
            key = (exchange["from"], exchange["method"], re.sub(r"/[^/]*(?=/|$)", "/*", kind), verdict)
            tally.setdefault(key, [0, exchange["url"]])[0] += 1
    for (source, method, kind, verdict), (times, path) in tally.items():
        print(json.dumps({"from": source, "method": method, "url": path, "verdict": verdict, "times": times}))
    print(json.dumps({"judged": count, "withBody": bodies, "ofTheSameVersion": exact, "operations": len(operations)}))


main()
