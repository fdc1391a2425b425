"""What no character says: the phrases of assistants, of prompts and of a game's own messages.

One phrase a line, for each language. Words may be separated by anything but a letter. `a|b` is
either, `a?` may be missing, and `_` stands for a space within such a word. Chinese and Japanese
are written with spaces between the parts all the same. All languages are looked for at once,
since models fall back into English. A word that some honest smith, captain or king might say in
the same order is not here: `I'm sorry, but I can't`, `my instructions`, `I was made to serve`.
"""

from __future__ import annotations

from collections.abc import Mapping

PHRASES: Mapping[str, str] = {
    "names": """
        openai
        chatgpt|chat_gpt
        gpt|gpt3|gpt4|gpt4o|gpt5
        anthropic
        deepseek
        qwen
        claude|gemini|llama|mistral|grok an ai
        made|created|trained|developed|built by google|meta|microsoft|alibaba|mistral_ai|xai
    """,
    "en": """
        an ai
        language model|models
        as|just|only|merely|simply a|an bot|llm|chatbot
        ai model|assistant|system|chatbot|program|language
        artificial intelligence
        chatbot|chat_bot
        virtual|digital assistant
        computer program
        i'm|i_am|am|as just|only|merely|simply a program|piece_of_software|simulation|script
        neural network
        machine learning
        my|the|its training data
        my training cutoff|cut_off
        knowledge cutoff|cut_off
        system prompt|message|instruction|instructions
        my|the initial|original|hidden|full|exact prompt
        prompt engineering|injection
        content policy|policies|guidelines|filter|filters
        safety filter|filters
        cannot|can't assist|comply with that|this|your request?
        cannot|can't|unable_to fulfill|fulfil that|this|your request
        sorry but i cannot|can't|am_unable_to assist|comply|fulfill|fulfil|generate|engage_in
        how can|may i assist you today
        is_there anything else i can assist|help you with today
        roleplay|roleplaying|role_play|role_playing
        stay|staying|remain|remaining in character
        break|breaking character
        fictional scenario
        non_player_character|non_playable_character
        i'm|i_am an npc
        video|computer|mobile game
        game developers|engine|mechanics|designers
        user input|prompt|query|message|request|instructions
        the user's request|message|input|instructions
        developer|debug|dan|god|admin|unrestricted mode enabled|activated|engaged|on
        jailbreak|jailbroken
        token limit
        context window
        source code
        quest completed|complete|updated|accepted|unlocked
        achievement unlocked
        levelled|leveled up
        experience points
        xp
        added to your|the|his|her|player's|the_player's inventory|journal|quest_log
        removed from your|the|his|her|player's|the_player's inventory
        reputation|relationship|affinity|trust increased|decreased by
    """,
    "de": """
        eine|als|einer|keine ki
        ki modell|assistent|system|sprachmodell|chatbot|programm
        sprachmodell|sprachmodells
        künstliche|künstlichen|künstlicher intelligenz
        virtueller|digitaler assistent
        computerprogramm|computerspiel|videospiel
        bin|als nur|bloß|lediglich ein programm|bot|skript
        trainingsdaten
        systemprompt|systemanweisung|systemanweisungen|systemnachricht
        system prompt|nachricht|anweisungen
        diese|deine|ihre|eure anfrage nicht bearbeiten|erfüllen|beantworten
        rollenspiel|rollenspiels
        aus der rolle fallen
        quest abgeschlossen|erfüllt|aktualisiert|angenommen
        erfahrungspunkte
        deinem|dem inventar hinzugefügt
    """,
    "fr": """
        modèle|modèles de langage|langue
        intelligence artificielle
        qu'une|une|comme|qu' ia
        assistant|assistante virtuel|virtuelle|numérique
        programme informatique
        suis|que qu'un|un simple? programme|bot|chatbot
        données d'entraînement
        prompt|invite|message|instructions|consignes système|du_système
        jeu|jeux de rôle|vidéo
        répondre|accéder à cette|votre|ta demande|requête
        quête terminée|accomplie|complétée|acceptée|mise_à_jour
        points d'expérience
        ajouté|ajoutée|ajoutés à ton|votre|l' inventaire
    """,
    "es": """
        modelo|modelos de lenguaje
        modelo lingüístico
        inteligencia artificial
        una|como|soy ia
        asistente virtual|digital|de_ia
        programa de ordenador|computadora
        programa informático
        soy solo|solamente un programa|bot|chatbot
        datos de entrenamiento
        prompt|mensaje|instrucciones|indicaciones de|del sistema
        juego|juegos de rol
        videojuego|videojuegos
        cumplir|procesar|atender con? esa|esta|tu|su solicitud|petición
        misión completada|actualizada|aceptada
        puntos de experiencia
        añadido|añadida|agregado al|a_tu inventario
    """,
    "it": """
        modello linguistico|di_linguaggio
        intelligenza artificiale
        assistente virtuale|digitale
        sono solo|soltanto un programma|bot
        dati di addestramento
        prompt|messaggio|istruzioni di|del sistema
        gioco di ruolo
        missione completata|aggiornata
        punti esperienza
    """,
    "pt": """
        modelo de linguagem
        inteligência artificial
        assistente virtual|digital
        sou apenas|só um programa|bot
        dados de treinamento|treino
        prompt|mensagem|instruções do|de sistema
        jogo de rpg|interpretação
        missão completada|concluída|atualizada
        pontos de experiência
    """,
    "ru": """
        языковая|языковой|языковую|языковая модель|модели|моделью
        искусственный|искусственного|искусственным интеллект|интеллекта|интеллектом
        нейросеть|нейросетью|нейронная_сеть
        чатбот|чат_бот|чатботом
        системный|системного|системные промпт|промпта|запрос|инструкции|сообщение
        виртуальный ассистент|помощник
        ролевая|ролевой игра|игре|игры
        квест выполнен|завершён|обновлён
        очки|очков опыта
    """,
    "zh": """
        人工智能|人工智慧
        语言模型|語言模型|大模型
        AI 助手|模型|语言|語言|程序|系统|系統|机器人
        作为|作為|身为|是 一? 个|個? AI
        聊天 机器人|機器人
        虚拟|虛擬|智能 助手|助理
        系统|系統 提示|消息|指令|设定|設定
        提示 词|詞
        训练|訓練 数据|資料|數據
        角色扮演
        用户|用戶 输入|輸入|请求|請求|指令
        无法|不能 满足|處理|处理|回答 您|你 的 请求|請求
        任务|任務 已 完成|更新|接受
        经验值|經驗值
        通义千问|文心一言|深度求索
    """,
    "ja": """
        人工知能
        言語モデル
        AI アシスタント|モデル|です|として|なので|だから|ですから|である
        チャットボット
        システム プロンプト|メッセージ|指示
        学習|訓練|トレーニング データ
        プログラム に_?過ぎ|にすぎ
        ロールプレイ
        クエスト 完了|クリア|達成|更新
        経験値
    """,
    "ko": """
        인공지능
        언어 모델
        챗봇
        시스템 프롬프트|메시지|지시
        롤플레이
        퀘스트 완료
        경험치
    """,
}

ROLES = """
    system assistant user human player narrator npc ai bot gm dm gamemaster dungeonmaster
    systemmessage systemprompt systemnotice systemalert questlog
    spieler benutzer erzähler spielleiter système joueur utilisateur narrateur sistema asistente
    jugador usuario narrador assistente giocatore narratore jogador система игрок рассказчик
    系统 系統 玩家 用户 用戶 助手 旁白 システム プレイヤー ユーザー ナレーター 시스템 플레이어
"""
"""Who speaks in chats and games and is nobody in the world, written without spaces."""
