"""Make the runs of this folder with HELM itself. See README.md."""

from __future__ import annotations

import re
import shutil
import sys
import zlib
from dataclasses import replace
from pathlib import Path

from helm.benchmark.adaptation.adapter_spec import AdapterSpec
from helm.benchmark.augmentations.data_augmenter import DataAugmenterSpec
from helm.benchmark.augmentations.perturbation import PerturbationSpec
from helm.benchmark.config_registry import register_builtin_configs_from_helm_package
from helm.benchmark.model_deployment_registry import ClientSpec, ModelDeployment, register_model_deployment
from helm.benchmark.model_metadata_registry import get_unknown_model_metadata, register_model_metadata
from helm.benchmark.run import run_benchmarking
from helm.benchmark.run_spec import RunSpec
from helm.benchmark.run_specs.simple_run_specs import (
    get_simple_classification_run_spec,
    get_simple_mcqa_run_spec,
)
from helm.clients.simple_client import SimpleClient
from helm.common.authentication import Authentication

ITEMS = 5
MODELS = {"simple/small": 4, "simple/large": 6}
"""In how many of eight cases a model is right."""


def answer(_client: SimpleClient, request: dict[str, object]) -> dict[str, list[str]]:
    """Say whether a number is even, right or wrong as the checksum of model and prompt falls, so the same each time."""
    prompt = str(request["prompt"])
    is_right = (
        zlib.crc32(f"{request['engine']} {prompt}".encode()) % 8 < MODELS[f"simple/{request['engine']}"]
    )
    is_even = int(re.findall(r"\d+", prompt)[-1]) % 2 == 0
    words = ("A", "B") if "A. Even" in prompt else ("Even", "Odd")
    return {"completions": [words[is_even != is_right]] * int(str(request["num_completions"]))}


def runs(model: str) -> list[RunSpec]:
    """Return what is run: two subjects of MMLU (by its run group and name), and scenarios without a run group."""
    simple, classes = get_simple_mcqa_run_spec(), get_simple_classification_run_spec()
    typos = DataAugmenterSpec(
        perturbation_specs=[
            PerturbationSpec(
                class_name="helm.benchmark.augmentations.typos_perturbation.TyposPerturbation",
                args={"prob": 0.2},
            )
        ],
        should_augment_eval_instances=True,
        should_include_original_eval=True,
        should_skip_unchanged_eval=False,
    )
    suffix = f"model={model.replace('/', '_')}"

    def adapter(spec: AdapterSpec, trials: int) -> AdapterSpec:
        return replace(
            spec,
            model=model,
            model_deployment=model,
            max_eval_instances=ITEMS,
            max_train_instances=1,
            num_train_trials=trials,
        )

    mmlu = [
        replace(
            simple,
            name=f"mmlu:subject={subject},method=multiple_choice_joint,{suffix}",
            adapter_spec=adapter(simple.adapter_spec, 2),
            groups=["mmlu", f"mmlu_{subject}"],
            data_augmenter_spec=augmenter,
        )
        for subject, augmenter in (("anatomy", typos), ("virology", DataAugmenterSpec()))
    ]
    return [
        *mmlu,
        replace(
            classes, name=f"simple_classification:{suffix}", adapter_spec=adapter(classes.adapter_spec, 1)
        ),
    ]


def main(folder: Path) -> None:
    """Run everything, and keep the files of the runs."""
    register_builtin_configs_from_helm_package()
    SimpleClient.invoke_model = answer
    for model in MODELS:
        register_model_metadata(get_unknown_model_metadata(model))
        client = ClientSpec(class_name="helm.clients.simple_client.SimpleClient")
        register_model_deployment(
            ModelDeployment(
                name=model,
                client_spec=client,
                model_name=model,
                tokenizer_name="simple/tokenizer1",
                max_sequence_length=2048,
            )
        )
    run_benchmarking(
        run_specs=[run for model in MODELS for run in runs(model)],
        auth=Authentication(""),
        url=None,
        local_path=str(folder / "work"),
        num_threads=1,
        output_path=str(folder / "benchmark_output"),
        suite="v1",
        dry_run=False,
        skip_instances=False,
        cache_instances=False,
        cache_instances_only=False,
        skip_completed_runs=False,
        exit_on_error=True,
        runner_class_name=None,
    )
    shutil.rmtree(folder / "work", ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
