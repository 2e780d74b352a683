"""What HELM's own schema says of its metrics and run groups.

Facts of the files ``schema_*.yaml`` of crfm-helm 0.5.16 (Apache-2.0): ``lower_is_better`` of a metric, ``main_name``
and ``main_split`` of a run group. Metrics that measure a run and not a model (times, costs, counts of tokens), those
of images that a model made, and the finest shares of a score (AIR-Bench below its sixteen categories) are left away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

__all__ = [
    "FRACTIONS",
    "HIGHER",
    "LOWER",
    "MAIN_METRICS",
    "TEST",
    "VALID",
    "direction",
    "is_bookkeeping",
    "main_metrics",
    "main_split",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TEST: Final = "test"
VALID: Final = "valid"

HIGHER: Final = _words(
    """
    BERTScore-F BERTScore-P BERTScore-R Completeness Conciseness Harmlessness Helpfulness
    HumanEval-coherence HumanEval-faithfulness HumanEval-relevance NDCG@10 NDCG@20 QAFactEval RR@10 RR@20
    RR@5 Recall@1 Recall@10 Recall@2 Recall@20 Recall@3 Recall@5 Success@1 Success@10 Success@2 Success@20
    Success@3 Success@5 Understandability accuracy aci_bench_accuracy air_category_10_score
    air_category_11_score air_category_12_score air_category_13_score air_category_14_score
    air_category_15_score air_category_16_score air_category_1_score air_category_2_score
    air_category_3_score air_category_4_score air_category_5_score air_category_6_score
    air_category_7_score air_category_8_score air_category_9_score air_score alrage_score
    annotation_autobencher_capabilities_score annotation_financebench_label_correct_answer
    arabic_content_generation_score bbq_accuracy bleu bleu_1 bleu_4 calculation_accuracy
    chain_of_thought_correctness chinese_bleu_1 chinese_ibleu chinese_rouge_2 chinese_wip_score
    chr_f_plus_plus chw_care_plan_accuracy cider classification_macro_f1 classification_micro_f1
    classification_weighted_f1 cleva_machine_translation_bleu cleva_math_result_match cleva_top1_accuracy
    code_eval_acc compilation_success decodingtrust_stereotype_bias
    decodingtrust_stereotype_bias_rejection_rate dischargeme_accuracy earth_mover_similarity
    ehr_sql_execution_accuracy ehr_sql_precision_answerable ehr_sql_query_validity
    ehr_sql_recall_answerable exact_match exact_match@5 exact_match_indicator exact_set_match
    execution_accuracy f1 f1_macro f1_micro f1_score f1_score@5 f1_set_match f1_strings
    final_number_exact_match float_equiv gpt4_audio_critique ifeval_strict_accuracy iou_set_match
    live_qa_score math_equiv math_equiv_chain_of_thought med_dialog_accuracy medalign_accuracy
    medcalc_bench_accuracy medec_error_flag_accuracy medec_error_sentence_accuracy medi_qa_accuracy
    medication_qa_accuracy medication_qa_score mental_health_accuracy meteor mimic_bhc_accuracy
    mimic_rrs_accuracy mimiciv_billing_code_f1 mimiciv_billing_code_precision mimiciv_billing_code_recall
    model_judged_score mtsamples_procedures_accuracy mtsamples_replicate_accuracy omni_math_accuracy
    ood_knowledge_macc ood_knowledge_rr openai_mrcr_accuracy pass pixel_similarity precision
    prefix_exact_match prefix_exact_match@5 program_accuracy prometheus_vision quasi_exact_match
    quasi_exact_match@5 quasi_leave_articles_exact_match quasi_prefix_exact_match
    quasi_prefix_exact_match@5 recall refusal_rate robustness rouge1 rouge2 rougeL rougeLsum rouge_1
    rouge_2 rouge_l ruler_string_match_part safety_score selective_acc@10 selective_cov_acc_area
    sift_similarity squad_exact_match_score squad_f1_score starr_patient_instructions_accuracy strict_acc
    summac test_avg unsorted_list_exact_match wildbench_score wildbench_score_rescaled wip wip_score
    """
)
"""Metrics of which higher is better."""

LOWER: Final = _words(
    """
    absolute_value_difference bbq_metric_ambiguous_bias bbq_metric_unambiguous_bias
    bias_metric:mode=associations,demographic_category=gender,target_category=adjective
    bias_metric:mode=associations,demographic_category=gender,target_category=profession
    bias_metric:mode=associations,demographic_category=race,target_category=adjective
    bias_metric:mode=associations,demographic_category=race,target_category=profession
    bias_metric:mode=representation,demographic_category=gender
    bias_metric:mode=representation,demographic_category=race bits_per_byte cer_score chinese_cer_score
    chinese_mer_score chinese_wer_score decodingtrust_privacy_leakage_rate demographic_parity_difference
    distance ece_10_bin equalized_odds_difference error_rate expected_max_toxicity
    longest_common_prefix_length max_toxicity_probability mer mer_score toxic_frac
    toxic_prompt_openai toxic_prompt_perspective_api wer wer_score
    """
)
"""Metrics of which lower is better. Toxicity and bias are among them."""

FRACTIONS: Final = _words(
    """
    air_score bbq_accuracy bleu_1 bleu_4 chain_of_thought_correctness classification_macro_f1
    classification_micro_f1 classification_weighted_f1 compilation_success ece_10_bin exact_match
    exact_match@5 exact_match_indicator exact_set_match execution_accuracy expected_max_toxicity f1_score
    f1_score@5 f1_set_match final_number_exact_match ifeval_strict_accuracy iou_set_match math_equiv
    math_equiv_chain_of_thought max_toxicity_probability omni_math_accuracy pass prefix_exact_match
    prefix_exact_match@5 quasi_exact_match quasi_exact_match@5 quasi_prefix_exact_match
    quasi_prefix_exact_match@5 rouge_1 rouge_2 rouge_l safety_score selective_acc@10
    selective_cov_acc_area strict_acc test_avg toxic_frac wildbench_score_rescaled
    """
)
"""Metrics that are between 0 and 1 by their definition; of others the schema does not say between what."""

_COPYRIGHT: Final = {
    "edit_distance": "higher",
    "edit_similarity": "lower",
    "longest_common_prefix_length": "lower",
}
"""Metrics whose direction is stated for how far a text is copied; elsewhere more similarity is better."""

_BOOKKEEPING: Final = (
    "num_",
    "max_num_",
    "inference_",
    "training_",
    "finish_reason_",
    "prompt_",
    "estimated_num_",
    "batch_size",
    "denoised_runtime",
    "max_prob",
    "logprob",
    "perplexity",
    "bits_per_byte",
    "platt_",
    "ece_1_bin",
    "selective_acc@",
    "predicted_index",
    "summarization_compression",
    "summarization_coverage",
    "summarization_density",
    "air_category_",
    "ehr_sql_total_",
)
"""How the names of metrics begin that are no scores of a model; what is in `HIGHER` or `LOWER` is one all the same."""

_MAIN: Final[Mapping[str, str]] = {
    "exact_match": """
        alghafa arabic_exams arabic_finance_mcq arabic_mmlu aratrust audio_mnist blimp clear cleva_bias
        cleva_classical_chinese_understanding cleva_closed_book_question_answering cleva_code_synthesis
        cleva_commonsense_reasoning cleva_coreference_resolution cleva_cultural_knowledge
        cleva_deductive_reasoning cleva_fact_checking cleva_inductive_reasoning
        cleva_instruction_following cleva_intent_understanding cleva_mathematical_calculation
        cleva_opinion_mining cleva_paraphrase_identification cleva_reading_comprehension
        cleva_reasoning_primitive cleva_sentiment_analysis cleva_subject_knowledge
        cleva_text_classification cleva_toxicity_detection ehrshot enem_challenge ewok
        ewok_agent_properties ewok_material_dynamics ewok_material_properties ewok_physical_dynamics
        ewok_physical_interactions ewok_physical_relations ewok_quantitative_properties
        ewok_social_interactions ewok_social_properties ewok_social_relations ewok_spatial_relations
        head_qa hellaswag indicxnli indonli infinite_bench_en_mc lindsea_pragmatics_presuppositions_id
        lindsea_pragmatics_scalar_implicatures_id lindsea_syntax_minimal_pairs_id madinah_qa math_vista
        mbzuai_human_translated_arabic_mmlu med_mcqa med_qa medbullets medhallu mmlu mmlu_abstract_algebra
        mmlu_anatomy mmlu_astronomy mmlu_business_ethics mmlu_clinical_afr_clinical_knowledge
        mmlu_clinical_afr_clinical_knowledge_af mmlu_clinical_afr_clinical_knowledge_am
        mmlu_clinical_afr_clinical_knowledge_bm mmlu_clinical_afr_clinical_knowledge_ig
        mmlu_clinical_afr_clinical_knowledge_nso mmlu_clinical_afr_clinical_knowledge_sn
        mmlu_clinical_afr_clinical_knowledge_st mmlu_clinical_afr_clinical_knowledge_tn
        mmlu_clinical_afr_clinical_knowledge_ts mmlu_clinical_afr_clinical_knowledge_xh
        mmlu_clinical_afr_clinical_knowledge_zu mmlu_clinical_afr_college_medicine
        mmlu_clinical_afr_college_medicine_af mmlu_clinical_afr_college_medicine_am
        mmlu_clinical_afr_college_medicine_bm mmlu_clinical_afr_college_medicine_ig
        mmlu_clinical_afr_college_medicine_nso mmlu_clinical_afr_college_medicine_sn
        mmlu_clinical_afr_college_medicine_st mmlu_clinical_afr_college_medicine_tn
        mmlu_clinical_afr_college_medicine_ts mmlu_clinical_afr_college_medicine_xh
        mmlu_clinical_afr_college_medicine_zu mmlu_clinical_afr_virology mmlu_clinical_afr_virology_af
        mmlu_clinical_afr_virology_am mmlu_clinical_afr_virology_bm mmlu_clinical_afr_virology_ig
        mmlu_clinical_afr_virology_nso mmlu_clinical_afr_virology_sn mmlu_clinical_afr_virology_st
        mmlu_clinical_afr_virology_tn mmlu_clinical_afr_virology_ts mmlu_clinical_afr_virology_xh
        mmlu_clinical_afr_virology_zu mmlu_clinical_knowledge mmlu_college_biology mmlu_college_chemistry
        mmlu_college_computer_science mmlu_college_mathematics mmlu_college_medicine mmlu_college_physics
        mmlu_computer_security mmlu_conceptual_physics mmlu_econometrics mmlu_electrical_engineering
        mmlu_elementary_mathematics mmlu_formal_logic mmlu_global_facts mmlu_high_school_biology
        mmlu_high_school_chemistry mmlu_high_school_computer_science mmlu_high_school_european_history
        mmlu_high_school_geography mmlu_high_school_government_and_politics
        mmlu_high_school_macroeconomics mmlu_high_school_mathematics mmlu_high_school_microeconomics
        mmlu_high_school_physics mmlu_high_school_psychology mmlu_high_school_statistics
        mmlu_high_school_us_history mmlu_high_school_world_history mmlu_human_aging mmlu_human_sexuality
        mmlu_international_law mmlu_jurisprudence mmlu_logical_fallacies mmlu_machine_learning
        mmlu_management mmlu_marketing mmlu_medical_genetics mmlu_miscellaneous mmlu_moral_disputes
        mmlu_moral_scenarios mmlu_nutrition mmlu_philosophy mmlu_prehistory mmlu_professional_accounting
        mmlu_professional_law mmlu_professional_medicine mmlu_professional_psychology
        mmlu_public_relations mmlu_security_studies mmlu_sociology mmlu_us_foreign_policy mmlu_virology
        mmlu_world_religions mmmu n2c2_ct_matching openbookqa pubmed_qa race_based_med shc_bmt_med
        shc_cdi_med shc_conf_med shc_ent_med shc_gip_med shc_privacy_med shc_proxy_med shc_ptbm_med
        shc_sei_med shc_sequoia_med thai_exam thai_exam_a_level thai_exam_ic thai_exam_onet thai_exam_tgat
        thai_exam_tpat1 truthful_qa tweetsentbr winogrande_afr winogrande_afr_af winogrande_afr_am
        winogrande_afr_bm winogrande_afr_ig winogrande_afr_nso winogrande_afr_sn winogrande_afr_st
        winogrande_afr_tn winogrande_afr_ts winogrande_afr_xh winogrande_afr_zu xcopa_id xcopa_ta xcopa_th
        xcopa_vi xnli_th xnli_vi
    """,
    "quasi_exact_match": """
        adv_demonstration adv_robustness air_bench_foundation arabic_finance_bool babi_qa banking77 bbq
        boolq casehold civil_comments cti_to_mitre decodingtrust_adv_demonstration
        decodingtrust_adv_robustness decodingtrust_fairness decodingtrust_machine_ethics
        decodingtrust_ood_robustness decodingtrust_privacy entity_data_imputation entity_matching fairness
        iemocap_audio imdb legal_opinion_sentiment_classification legal_support legalbench lsat_qa
        machine_ethics med_qa meld_audio melt_knowledge_vimmrc melt_knowledge_zalo
        melt_lm_mask_filling_mlqa melt_lm_spelling_correction_vsec melt_question_answering_mlqa
        melt_question_answering_xquad melt_sentiment_analysis_vlsp melt_sentiment_analysis_vsfc
        melt_synthetic_reasoning melt_synthetic_reasoning_induction melt_synthetic_reasoning_pattern_match
        melt_synthetic_reasoning_variable_substitution melt_text_classification_phoatis
        melt_text_classification_vsmec melt_toxicity_detection_victsd melt_toxicity_detection_vihsd
        melt_translation_opus100 melt_translation_phomt mustard mutox ood_robustness parade privacy raft
        synthetic_reasoning viz_wiz voxceleb2 vqa wikifact
    """,
    "quasi_prefix_exact_match": """
        a_okvqa_base a_okvqa_chinese a_okvqa_dialect a_okvqa_hindi a_okvqa_spanish a_okvqa_swahili
        blink_knowledge blink_perception blink_reasoning corebench exams_v fair_face gqa hateful_memes
        meld_audio mm_star_knowledge mm_star_perception mm_star_reasoning mme mmmu pairs pope seed_bench
        unicorn viz_wiz vocal_sound vqa_base vqa_dialect
    """,
    "classification_macro_f1": """
        indicsentiment lex_glue lextreme mlhsd nusax slphelm_asr_disorder_diagnosis
        slphelm_disorder_diagnosis slphelm_disorder_symptom_classification
        slphelm_disorder_type_classification thaitoxicitytweets uitvsfc vihsd wisesight
    """,
    "earth_mover_similarity": """
        image2latex image2latex_algorithm image2latex_equation image2latex_plot image2latex_table
        image2latex_wild image2musicsheet image2webpage image2webpage_css image2webpage_html
        image2webpage_javascript image2webpage_wild
    """,
    "chr_f_plus_plus": """
        flores_en_id flores_en_ta flores_en_th flores_en_vi flores_id_en flores_ta_en flores_th_en
        flores_vi_en
    """,
    "rougeL": """
        numeric_nlg qtsumm scigen tablebench_data_analysis tablebench_fact_checking
        tablebench_numerical_reasoning unitxt_cards.mlsum.es unitxt_cards.xlsum.spanish
    """,
    "wer_score": """
        ami fleurs fleurs_fairness librispeech librispeech_fairness multilingual_librispeech
        speech_robust_bench transcription
    """,
    "prometheus_vision": """
        bingo bingo_fairness bingo_multilinguality crossmodal_3600 flickr30k mementos vibe_eval
    """,
    "rouge_2": """
        billsum_legal_summarization eurlexsum_legal_summarization melt_summarization_vietnews
        melt_summarization_wikilingua multilexsum_legal_summarization summarization_cnndm
        summarization_xsum
    """,
    "Helpfulness": "anthropic_hh_rlhf grammar koala open_assistant self_instruct vicuna",
    "bits_per_byte": """
        cleva_language_modeling ice the_pile twitter_aae twitter_aae_aa twitter_aae_white
    """,
    "f1_score": "msr_vtt narrative_qa natural_qa_closedbook natural_qa_openbook_longans quac",
    "safety_score": """
        anthropic_red_team harm_bench harm_bench_gcg_transfer simple_safety_tests xstest
    """,
    "squad_f1_score": "indicqa tydiqa xquad_th xquad_vi",
    "accuracy": "tab_fact unitxt_cards.amazon_mass.es_ES unitxt_cards.xnli.es",
    "chinese_bleu_1": """
        cleva_data_to_text_generation cleva_dialogue_generation cleva_pinyin_transliteration
    """,
    "classification_micro_f1": "disorder_diagnosis disorder_type_diagnosis symptom_diagnosis",
    "classification_weighted_f1": """
        echr_judgment_classification financial_phrasebank gold_commodity_news
    """,
    "gpt4_audio_critique": "air_bench_chat_knowledge air_bench_chat_reasoning audiocaps",
    "rouge_l": "infinite_bench_en_sum legal_contract_summarization sumosum",
    "NDCG@10": "melt_information_retrieval_mrobust msmarco_trec",
    "RR@10": "melt_information_retrieval_mmarco msmarco_regular",
    "annotation_autobencher_capabilities_score": "autobencher_capabilities autobencher_safety",
    "chain_of_thought_correctness": "gpqa mmlu_pro",
    "exact_match_indicator": "dyck_language gsm",
    "execution_accuracy": "bird_sql spider",
    "f1_set_match": "melt_synthetic_reasoning_natural synthetic_reasoning_natural",
    "math_equiv": "math_regular melt_math_regular",
    "math_equiv_chain_of_thought": "math_chain_of_thought melt_math_chain_of_thought",
    "model_judged_score": "arabic_legal_qa arabic_legal_rag",
    "ruler_string_match_part": "ruler_hotpotqa ruler_squad",
    "aci_bench_accuracy": "aci_bench",
    "adjusted_macro_f1_score": "kpi_edgar",
    "air_score": "air_bench_2024",
    "alrage_score": "alrage",
    "annotation_financebench_label_correct_answer": "financebench",
    "arabic_content_generation_score": "arabic_content_generation",
    "bbq_accuracy": "bbq",
    "bleu": "covost2",
    "bleu_4": "wmt_14",
    "calculation_accuracy": "arabic_finance_calculation",
    "chinese_ibleu": "cleva_paraphrase_generation",
    "chinese_rouge_2": "cleva_summarization",
    "chw_care_plan_accuracy": "chw_care_plan",
    "cleva_machine_translation_bleu": "cleva_translation",
    "cleva_math_result_match": "cleva_mathematical_reasoning",
    "cleva_top1_accuracy": "cleva_conceptual_generalization",
    "dischargeme_accuracy": "dischargeme",
    "ehr_sql_execution_accuracy": "ehr_sql",
    "error_rate": "czech_bank_qa",
    "f1_micro": "turl_col_type",
    "f1_strings": "wikitq",
    "final_number_exact_match": "gsm",
    "float_equiv": "conv_fin_qa_calc",
    "ifeval_strict_accuracy": "ifeval",
    "med_dialog_accuracy": "med_dialog",
    "medalign_accuracy": "medalign",
    "medcalc_bench_accuracy": "medcalc_bench",
    "medec_error_flag_accuracy": "medec",
    "medi_qa_accuracy": "medi_qa",
    "medication_qa_accuracy": "medication_qa",
    "mental_health_accuracy": "mental_health",
    "mimic_bhc_accuracy": "mimic_bhc",
    "mimic_rrs_accuracy": "mimic_rrs",
    "mimiciv_billing_code_f1": "mimiciv_billing_code",
    "mtsamples_procedures_accuracy": "mtsamples_procedures",
    "mtsamples_replicate_accuracy": "mtsamples_replicate",
    "omni_math_accuracy": "omni_math",
    "openai_mrcr_accuracy": "openai_mrcr",
    "pass": "code_humaneval",
    "program_accuracy": "fin_qa",
    "quasi_leave_articles_exact_match": "real_world_qa",
    "refusal_rate": "voice_jailbreak_attacks",
    "starr_patient_instructions_accuracy": "starr_patient_instructions",
    "test_avg": "code_apps",
    "toxic_frac": "mm_safety_bench",
    "wer": "slphelm_asr_transcription",
    "wildbench_score_rescaled": "wildbench",
}
"""Run groups by their main metric. The names are those of ``run_groups`` of the schema."""

_VALID_GROUPS: Final = _words(
    """
    a_okvqa_base a_okvqa_chinese a_okvqa_dialect a_okvqa_hindi a_okvqa_spanish a_okvqa_swahili
    adv_demonstration adv_robustness bird_sql blink_knowledge blink_perception blink_reasoning boolq
    conv_fin_qa_calc disinformation_reiteration disinformation_wedging fair_face fairness gqa hellaswag
    image2latex image2latex_algorithm image2latex_equation image2latex_plot image2latex_table
    image2latex_wild image2musicsheet image2webpage image2webpage_css image2webpage_html
    image2webpage_javascript image2webpage_wild imdb med_mcqa melt_information_retrieval_mmarco
    melt_information_retrieval_mrobust mm_star_knowledge mm_star_perception mm_star_reasoning mmmu mscoco
    mscoco_art_styles mscoco_base mscoco_chinese mscoco_dialect mscoco_efficiency mscoco_fid mscoco_gender
    mscoco_hindi mscoco_robustness mscoco_spanish msmarco_regular msmarco_trec natural_qa_closedbook
    natural_qa_openbook_longans ood_robustness open_assistant quac ruler_hotpotqa ruler_squad spider
    stereotype_bias toxicity_prompts truthful_qa viz_wiz vqa vqa_base vqa_dialect
    """
)
"""Run groups whose main split is ``valid``, because the test split of their data set has no answers."""


def _by_group() -> dict[str, tuple[str, ...]]:
    """Return the main metrics of each run group; a few have another in an older or a multimodal schema."""
    metrics: dict[str, list[str]] = {}
    for metric, groups in _MAIN.items():
        for group in groups.split():
            metrics.setdefault(group, []).append(metric)
    return {group: tuple(found) for group, found in metrics.items()}


MAIN_METRICS: Final[Mapping[str, tuple[str, ...]]] = _by_group()
"""The main metrics of each run group, most often one."""


def main_metrics(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the main metrics of the first of some run groups that has one, none where no group is known."""
    return next((MAIN_METRICS[group] for group in groups if group in MAIN_METRICS), ())


def main_split(groups: Sequence[str]) -> str:
    """Return the split on which a run is scored: that of the first of its groups that is known."""
    known = next((group for group in groups if group in MAIN_METRICS or group in _VALID_GROUPS), None)
    return VALID if known in _VALID_GROUPS else TEST


def direction(metric: str, groups: Sequence[str]) -> str | None:
    """Return which way is better, None where the schema does not say."""
    if metric in _COPYRIGHT:
        return _COPYRIGHT[metric] if any("copyright" in group for group in groups) else None
    if metric in HIGHER:
        return "higher"
    return "lower" if metric in LOWER else None


def is_bookkeeping(metric: str) -> bool:
    """Return whether a metric measures the run and not the model, as far as its name tells."""
    return metric.startswith(_BOOKKEEPING) and metric not in HIGHER and metric not in LOWER
