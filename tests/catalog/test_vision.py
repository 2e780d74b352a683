"""The families of vision models are the lines of architectures that their names begin with."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from confounded.catalog.families import kin_of
from confounded.catalog.vision import is_vision_model, stems, vision_family

NAMES = Path(__file__).resolve().parents[3] / "shared" / "sources" / "timm" / "results-imagenet.csv"

BY_HAND = {
    "resnet50.a1_in1k": "ResNet",
    "resnetv2_101x1_bit.goog_in21k_ft_in1k": "ResNet",
    "wide_resnet50_2.tv_in1k": "ResNet",
    "seresnextaa101d_32x8d.ah_in1k": "ResNet",
    "legacy_seresnet18.in1k": "ResNet",
    "bat_resnext26ts.ch_in1k": "ResNet",
    "resnest50d.in1k": "ResNeSt",
    "res2net50_14w_8s.in1k": "Res2Net",
    "tresnet_v2_l.miil_in21k_ft_in1k": "TResNet",
    "resmlp_12_224.fb_in1k": "ResMLP",
    "nf_resnet50.ra2_in1k": "NFNet",
    "dm_nfnet_f0.dm_in1k": "NFNet",
    "eca_nfnet_l0.ra2_in1k": "NFNet",
    "convnextv2_huge.fcmae_ft_in22k_in1k_384": "ConvNeXt",
    "convnext_xxlarge.clip_laion2b_soup_ft_in1k": "ConvNeXt",
    "test_convnext2.r160_in1k": "ConvNeXt",
    "inception_next_tiny.sail_in1k": "InceptionNeXt",
    "inception_resnet_v2.tf_in1k": "Inception",
    "vit_so400m_patch14_siglip_378.webli_ft_in1k": "ViT",
    "vit_base_r50_s16_384.augreg_in21k_ft_in1k": "ViT",
    "samvit_base_patch16.sa1b": "ViT",
    "flexivit_base.300ep_in1k": "FlexiViT",
    "deit3_base_patch16_224.fb_in1k": "DeiT",
    "beitv2_base_patch16_224.in1k_ft_in22k_in1k": "BEiT",
    "eva02_large_patch14_448.mim_m38m_ft_in22k_in1k": "EVA",
    "swinv2_large_window12to16_192to256.ms_in22k_ft_in1k": "Swin",
    "swin_s3_tiny_224.ms_in1k": "Swin",
    "tf_efficientnet_b7.ns_jft_in1k": "EfficientNet",
    "efficientnetv2_rw_m.agc_in1k": "EfficientNet",
    "gc_efficientnetv2_rw_t.agc_in1k": "EfficientNet",
    "efficientvit_b0.r224_in1k": "EfficientViT (MIT)",
    "efficientvit_m0.r224_in1k": "EfficientViT (Microsoft)",
    "efficientformerv2_l.snap_dist_in1k": "EfficientFormer",
    "mobilenetv4_conv_small_050.e3000_r224_in1k": "MobileNet",
    "mobilevitv2_050.cvnets_in1k": "MobileViT",
    "caformer_b36.sail_in22k_ft_in1k_384": "MetaFormer",
    "poolformerv2_m36.sail_in1k": "MetaFormer",
    "cs3se_edgenet_x.c2ns_in1k": "CSPNet",
    "cspdarknet53.ra_in1k": "CSPNet",
    "darknet53.c2ns_in1k": "Darknet",
    "fbnetv3_g.ra2_in1k": "FBNet",
    "fbnetc_100.rmsp_in1k": "FBNet",
    "coatnet_rmlp_2_rw_384.sw_in12k_ft_in1k": "CoAtNet",
    "coat_lite_tiny.in1k": "CoaT",
    "convit_base.fb_in1k": "ConViT",
    "regnety_1280.seer_ft_in1k": "RegNet",
    "haloregnetz_b.ra3_in1k": "HaloNet",
    "maxxvitv2_rmlp_base_rw_384.sw_in12k_ft_in1k": "MaxViT",
    "hgnetv2_b6.ssld_stage2_ft_in1k": "HGNet",
    "test_byobnet.r160_in1k": None,
}
"""Fifty names, placed by hand from what timm says of these architectures."""


@pytest.mark.parametrize(("name", "family"), BY_HAND.items())
def test_the_line_of_architectures_is_told(name: str, family: str | None) -> None:
    told = vision_family(name)
    assert (told[0] if told else None) == family
    kin = kin_of(f"{name}@224px-crop0.95", name)
    assert (kin.family if kin else None) == family


def test_the_rule_is_for_names_as_timms_results_are_read_only() -> None:
    assert is_vision_model("resnet50.a1_in1k@288px-crop1")
    assert not is_vision_model("resnet50.a1_in1k")
    # A language model that is called like an architecture is none.
    assert kin_of("eva-8b-chat") is None
    assert kin_of("swin") is None


def test_no_stem_says_twice_or_with_letters_that_no_name_has() -> None:
    assert len(stems()) > 120
    assert all(stem == stem.lower().strip() != "" and family.strip() for stem, family in stems().items())


@pytest.mark.skipif(not NAMES.is_file(), reason="the result files of timm are not here")
def test_few_of_timms_models_are_of_unknown_family() -> None:
    with NAMES.open(encoding="utf-8") as file:
        names = {row["model"] for row in csv.DictReader(file)}
    unknown = {name for name in names if vision_family(name) is None}
    assert unknown == {"test_byobnet.r160_in1k"}
    told = {vision_family(name) for name in names - unknown}
    assert len({one[0] for one in told if one}) == 85
